// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.integration.Loops;
import net.zcrx.servers.Await;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/**
 * As {@link GrpcSlowConsumerTest}, where the NIC writes the messages: a stalled call holds pages of the NIC's queue.
 */
@Tag("vm")
class GrpcZeroCopyTest {
    private static final int MIB = 1 << 20;
    private static final String NIC = "zcnic0";
    private static final int QUEUE = 1;
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("10.9.0.1", 8000);

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldLeavePagesToOtherCalls() throws Exception {
        exchange(32 * MIB, MIB, server -> {
            assertEquals(0, server.sum(ZcrxMetrics::copiedOutBytes));
            assertTrue(server.sum(ZcrxMetrics::heldPages) > 0);
        });
    }

    /** What the stalled call's window lets through is more than the area has. */
    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldGoOnWhenCallTakesAllPages() throws Exception {
        exchange(4 * MIB, 8 * MIB, server -> assertTrue(server.sum(ZcrxMetrics::copiedOutBytes) > 0));
    }

    private interface Check {
        void on(Loops server);
    }

    private static void exchange(int areaBytes, int window, Check whileStalled) throws Exception {
        Program.run(List.of("nic-up", "--rule", ADDRESS.getPort() + ":" + QUEUE));
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig()
                .mode(ZcrxMode.ZERO_COPY)
                .interfaceQueue(NIC, QUEUE)
                .areaBytes(areaBytes);
        EchoService service = new EchoService();
        try (Loops loops = Loops.zcrx(1, config)) {
            Server server = GrpcConnection.serve(
                    service, NettyServerBuilder.forAddress(ADDRESS).initialFlowControlWindow(window), loops);
            try (Program client = Program.start(clientCommand())) {
                client.awaitSaid("others answered");
                whileStalled.on(loops);
                assertTrue(loops.sum(ZcrxMetrics::heldBytes) < 2L * window);
                service.take(SlowCall.MESSAGES);
                client.awaitSaid("slow call answered");
                assertEquals(0, loops.sum(ZcrxMetrics::copiedBytes));
                assertTrue(loops.sum(ZcrxMetrics::zeroCopyBytes) > (long) SlowCall.MESSAGES << 20);
            } finally {
                server.shutdownNow();
                Await.until(server::isTerminated, () -> "gRPC does not end.");
            }
        }
    }

    private static List<String> clientCommand() {
        List<String> command = new ArrayList<>(List.of("nic-peer"));
        command.addAll(Arrays.asList(
                Program.javaCommand(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SlowClient.class.getName(),
                ADDRESS.getHostString(),
                Integer.toString(ADDRESS.getPort())));
        return command;
    }
}
