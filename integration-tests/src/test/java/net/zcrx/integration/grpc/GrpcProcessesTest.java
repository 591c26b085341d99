// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of another process by shared memory: callers that wait for their answers, on many connections at once. */
class GrpcProcessesTest {
    private static final int CONNECTIONS = 40;
    private static final int[] LENGTHS = {0, 1, 100, 1000, 5000, 40_000, 200_000};
    private static final int ROUNDS = 2;

    @TempDir
    private Path directory;

    private Program start() throws IOException {
        return Program.start(List.of(
                Program.javaCommand(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SharedServer.class.getName(),
                path()));
    }

    private String path() {
        return directory.resolve("echo.sock").toString();
    }

    private ManagedChannel connect(Loops loops) {
        return GrpcConnection.connect(
                GrpcConnection.clientOf(new DomainSocketAddress(path())).usePlaintext(), loops);
    }

    @Test
    void shouldAnswerCallersOfManyConnections() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CONNECTIONS);
        try (Program server = start();
                Loops loops = Loops.shared(2)) {
            server.awaitSaid("listening");
            List<ManagedChannel> channels =
                    Stream.generate(() -> connect(loops)).limit(CONNECTIONS).toList();
            List<Future<Void>> calls = new ArrayList<>();
            for (ManagedChannel channel : channels) {
                calls.add(callers.submit(() -> {
                    callInTurn(channel);
                    streamBothWays(channel);
                    return null;
                }));
            }
            for (Future<Void> call : calls) {
                Await.result(call);
            }
            long requests = (long) CONNECTIONS * ROUNDS * IntStream.of(LENGTHS).sum();
            long written = loops.sum(ZcrxMetrics::sharedCopiedBytes);
            assertTrue(written > requests, () -> written + " bytes were written, " + requests + " in requests alone.");
            channels.forEach(GrpcProcessesTest::end);
        } finally {
            callers.shutdownNow();
        }
    }

    private static void callInTurn(Channel channel) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int length : LENGTHS) {
                byte[] request = Payload.random(length + round, length);
                assertArrayEquals(
                        request,
                        ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, CallOptions.DEFAULT, request));
            }
        }
    }

    private static void streamBothWays(Channel channel) throws Exception {
        byte[] all = Payload.random(1, 400_000);
        Responses responses = new Responses();
        GrpcCallsTest.sendInParts(
                all,
                ClientCalls.asyncBidiStreamingCall(channel.newCall(EchoService.EACH, CallOptions.DEFAULT), responses));
        assertArrayEquals(all, Await.result(responses.completed()));
    }

    @Test
    void shouldCallServerThatWasStartedAgain() throws Exception {
        try (Loops loops = Loops.shared(1)) {
            ManagedChannel channel = connect(loops);
            try (Program server = start()) {
                server.awaitSaid("listening");
                callInTurn(channel);
            }
            // It was killed.
            StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> callInTurn(channel));
            assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e::toString);
            try (Program server = start()) {
                server.awaitSaid("listening");
                // It would wait longer after each failure.
                channel.resetConnectBackoff();
                CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
                byte[] request = Payload.random(1, 1000);
                assertArrayEquals(request, ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, patient, request));
                end(channel);
            }
        }
    }

    private static void end(ManagedChannel channel) {
        channel.shutdownNow();
        Await.until(channel::isTerminated, () -> "gRPC does not end.");
    }
}
