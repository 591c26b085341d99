// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.nio.file.FileAlreadyExistsException;

/** {@code PUT /objects/<name>}: streams the body to disk. */
final class UploadExchange implements Exchange {
    private final Call call;
    private final Backpressure backpressure;
    private final Upload upload;
    private final long maxBytes;
    private long received;
    private boolean over;

    UploadExchange(Call call, Backpressure backpressure, EventExecutor loop, Upload upload, long maxBytes) {
        this.call = call;
        this.backpressure = backpressure;
        this.upload = upload;
        this.maxBytes = maxBytes;
        upload.result().whenCompleteAsync(this::stored, loop);
    }

    @Override
    public void body(ByteBuf piece) {
        received += piece.readableBytes();
        if (!over && received > maxBytes) {
            cancel();
            replyTooLarge(call, maxBytes);
        }
        if (over) {
            backpressure.discard(piece);
        } else {
            upload.write(piece, backpressure);
        }
    }

    @Override
    public void bodyComplete() {
        if (!over) {
            upload.commit();
        }
    }

    @Override
    public void cancel() {
        over = true;
        upload.discard();
    }

    static void replyTooLarge(Call call, long maxBytes) {
        call.reply(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "An object may have at most " + maxBytes + " bytes (--max-object-bytes).");
    }

    private void stored(Boolean created, Throwable failure) {
        if (over) {
            return;
        }
        over = true;
        if (failure == null) {
            if (created) {
                call.replyCreated();
            } else {
                call.replyNoContent();
            }
        } else if (failure instanceof FileAlreadyExistsException) {
            call.reply(HttpResponseStatus.CONFLICT, "The name is taken by something that is no object.");
        } else {
            System.err.println("An object could not be stored: " + failure);
            DiskFailure.of(failure).reply(call);
        }
    }
}
