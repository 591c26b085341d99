// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.servers.Await;
import org.junit.jupiter.api.Test;

/** A stream whose server takes nothing, while others of its connection go on. */
class GrpcSlowConsumerTest {
    private static final int MIB = 1 << 20;

    @Test
    void shouldLeaveAreaToOthers() throws Exception {
        // A window of the size that gRPC has by default.
        try (Loops server = Loops.zcrx(1, new ZcrxIoHandlerConfig().areaBytes(8 * MIB))) {
            exchange(server, MIB, () -> assertEquals(0, server.sum(ZcrxMetrics::copyOuts)));
        }
    }

    @Test
    void shouldCopyOutWhenStreamTakesWholeArea() throws Exception {
        try (Loops server = Loops.zcrx(1, new ZcrxIoHandlerConfig().areaBytes(MIB))) {
            exchange(server, 4 * MIB, () -> {
                assertTrue(server.sum(ZcrxMetrics::copyOuts) > 0);
                assertTrue(server.sum(ZcrxMetrics::copiedOutBytes) > 0);
            });
        }
    }

    private static void exchange(Loops server, int window, Runnable whileStalled) throws Exception {
        try (Loops client = Loops.zcrx(1);
                GrpcConnection connection = new GrpcConnection(
                        server, client, s -> settings(s, window), NettyChannelBuilder::usePlaintext)) {
            SlowCall slow = new SlowCall(connection.channel());
            Await.until(
                    () -> server.sum(ZcrxMetrics::copiedBytes) >= window && server.sum(ZcrxMetrics::heldBuffers) > 0,
                    () -> "Only " + server.sum(ZcrxMetrics::copiedBytes) + " bytes of the slow stream came, and "
                            + server.sum(ZcrxMetrics::heldBytes) + " are held.");

            slow.makeOthers();
            assertFalse(slow.isAnswered());
            long held = server.sum(ZcrxMetrics::heldBytes);
            assertTrue(held < 2L * window, () -> held + " bytes are held.");

            whileStalled.run();

            connection.service().take(SlowCall.MESSAGES);
            slow.awaitAnswer();
            server.awaitAllReleased();
        }
    }

    /**
     * Reads as long as what came: the end of a frame in a short one has Netty copy all that follows out of the area.
     */
    @SuppressWarnings("deprecation") // Netty has no successor of RCVBUF_ALLOCATOR yet.
    private static NettyServerBuilder settings(NettyServerBuilder server, int window) {
        return server.initialFlowControlWindow(window)
                .withChildOption(
                        ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 64 * 1024, 16 * MIB));
    }
}
