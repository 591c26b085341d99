package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Await;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.Test;

/** A stream whose server takes nothing, while others of its connection go on. */
class GrpcSlowConsumerTest {
    private static final int MIB = 1 << 20;
    private static final int MESSAGES = 20;
    private static final byte[] SLOW = Payload.random(1, MESSAGES * MIB);
    private static final int OTHER_CALLS = 100;

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
                        server, client, s -> s.initialFlowControlWindow(window), NettyChannelBuilder::usePlaintext)) {
            Responses responses = new Responses();
            StreamObserver<byte[]> requests =
                    ClientCalls.asyncClientStreamingCall(connection.call(EchoService.COLLECT_SLOWLY), responses);
            GrpcCallsTest.sendInParts(SLOW, requests);
            Await.until(
                    () -> server.sum(ZcrxMetrics::copiedBytes) >= window && server.sum(ZcrxMetrics::heldBuffers) > 0,
                    () -> "Only " + server.sum(ZcrxMetrics::copiedBytes) + " bytes of the slow stream came, and "
                            + server.sum(ZcrxMetrics::heldBytes) + " are held.");

            for (int i = 0; i < OTHER_CALLS; i++) {
                byte[] request = Payload.random(i, 50_000);
                assertArrayEquals(request, GrpcCallsTest.unary(connection, request));
            }
            assertFalse(responses.completed().isDone());
            long held = server.sum(ZcrxMetrics::heldBytes);
            assertTrue(held < 2L * window, () -> held + " bytes are held.");

            whileStalled.run();

            connection.service().take(MESSAGES);
            assertArrayEquals(SLOW, Await.result(responses.completed()));
            server.awaitAllReleased();
        }
    }
}
