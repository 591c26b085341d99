// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;

/** All responses of a call, in one. */
final class Responses implements StreamObserver<byte[]> {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> completed = new CompletableFuture<>();

    CompletableFuture<byte[]> completed() {
        return completed;
    }

    @Override
    public void onNext(byte[] response) {
        all.writeBytes(response);
    }

    @Override
    public void onError(Throwable cause) {
        completed.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {
        completed.complete(all.toByteArray());
    }
}
