// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;

/** GET and HEAD of an object where its bytes pass the process: the event loop's ring opens and reads it. */
final class RingReadExchange implements Exchange {
    private static final int EISDIR = 21;
    private static final int ELOOP = 40;

    private final Call call;
    private final Backpressure backpressure;
    private boolean cancelled;

    RingReadExchange(Call call, Backpressure backpressure, EventLoop loop, Path object) {
        this.call = call;
        this.backpressure = backpressure;
        ZcrxFile.open(loop, object, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
                .addListener((Future<ZcrxFile> opened) -> {
                    if (opened.isSuccess()) {
                        askSize(opened.getNow());
                    } else {
                        fail(opened.cause());
                    }
                });
    }

    @Override
    public void body(ByteBuf piece) {
        backpressure.discard(piece);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void askSize(ZcrxFile file) {
        file.size().addListener((Future<Long> size) -> {
            if (size.isSuccess() && !cancelled) {
                call.replyInput(new RingInput(file, size.getNow()), size.getNow());
            } else {
                file.close();
                fail(size.cause());
            }
        });
    }

    private void fail(Throwable cause) {
        if (!cancelled) {
            // A path that is no regular file is no object.
            boolean none = cause instanceof ZcrxFileException failure && isOfOtherKind(failure.errno());
            ReadExchange.replyFailure(call, none ? new NoSuchFileException(cause.getMessage()) : cause);
        }
    }

    private static boolean isOfOtherKind(int errno) {
        return errno == 0 || errno == EISDIR || errno == ELOOP;
    }
}
