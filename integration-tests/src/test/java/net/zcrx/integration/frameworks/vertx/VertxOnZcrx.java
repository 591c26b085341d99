// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import net.zcrx.ZcrxMetrics;
import net.zcrx.servers.Await;
import net.zcrx.vertx.ZcrxVertxTransport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Vert.x for each test. When it ends, everything that it received must have been released. */
final class VertxOnZcrx implements AfterEachCallback {
    private final ZcrxVertxTransport transport = new ZcrxVertxTransport();
    private final Vertx vertx = Vertx.builder().withTransport(transport).build();

    Vertx vertx() {
        return vertx;
    }

    static <T> T await(Future<T> future) throws Exception {
        return Await.result(future.toCompletionStage().toCompletableFuture());
    }

    void assertReceived(long least) {
        long received = transport.ioHandlerFactory().metrics().stream()
                .mapToLong(ZcrxMetrics::copiedBytes)
                .sum();
        assertTrue(received > least, () -> "Only " + received + " bytes were received by our transport.");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        await(vertx.close());
        for (ZcrxMetrics metrics : transport.ioHandlerFactory().metrics()) {
            assertEquals(0, metrics.heldBuffers(), metrics::toString);
        }
    }
}
