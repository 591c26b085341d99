// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;

/** Answers {@code DELETE /objects/<name>}. */
final class DeleteExchange implements Exchange {
    private final Call call;
    private final Backpressure backpressure;
    private boolean cancelled;

    DeleteExchange(Call call, Backpressure backpressure, EventExecutor loop, CompletableFuture<Void> deletion) {
        this.call = call;
        this.backpressure = backpressure;
        deletion.whenCompleteAsync(this::deleted, loop);
    }

    @Override
    public void body(ByteBuf piece) {
        backpressure.discard(piece);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void deleted(Void nothing, Throwable failure) {
        if (cancelled) {
            return;
        }
        if (failure == null) {
            call.replyNoContent();
        } else {
            ReadExchange.replyFailure(call, failure);
        }
    }
}
