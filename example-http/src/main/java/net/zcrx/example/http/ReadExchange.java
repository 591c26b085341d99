// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletableFuture;

/** {@code GET /objects/<name>} and HEAD: sends an object. */
final class ReadExchange implements Exchange {
    private final Call call;
    private final Backpressure backpressure;
    private boolean cancelled;

    ReadExchange(
            Call call, Backpressure backpressure, EventExecutor loop, CompletableFuture<ObjectStore.Opened> object) {
        this.call = call;
        this.backpressure = backpressure;
        object.whenCompleteAsync(this::opened, loop);
    }

    @Override
    public void body(ByteBuf piece) {
        backpressure.discard(piece);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void opened(ObjectStore.Opened object, Throwable failure) {
        if (failure == null) {
            send(object);
        } else if (!cancelled) {
            replyFailure(call, failure);
        }
    }

    private void send(ObjectStore.Opened object) {
        try {
            if (cancelled) {
                object.file().close();
            } else {
                call.replyFile(object.file(), object.size());
            }
        } catch (IOException e) {
            System.err.println("An object could not be sent: " + e);
            call.abort();
        }
    }

    static void replyFailure(Call call, Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            call.reply(HttpResponseStatus.NOT_FOUND, "There is no object of this name.");
        } else {
            System.err.println("An object could not be opened or deleted: " + failure);
            DiskFailure.of(failure).reply(call);
        }
    }
}
