// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Pairing;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls of every kind over one connection. */
class GrpcCallsTest {
    private static final int STREAMS = 100;
    private static final int MESSAGES = 20;
    private static final int DEADLINE_MILLIS = 300;

    private interface Scenario {
        void run(GrpcConnection connection) throws Exception;
    }

    private static void run(Pairing pairing, Scenario scenario) throws Exception {
        try (Loops server = pairing.server(2);
                Loops client = pairing.client(2)) {
            try (GrpcConnection connection = GrpcConnection.open(server, client)) {
                scenario.run(connection);
            }
            assertTrue(server.sum(Loops::carriedBytes) + client.sum(Loops::carriedBytes) > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCallUnary(Pairing pairing) throws Exception {
        run(pairing, connection -> {
            for (int length : new int[] {0, 1, 100, 70_000, 1 << 20}) {
                byte[] request = Payload.random(length, length);
                assertArrayEquals(request, unary(connection, request));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldStreamFromClient(Pairing pairing) throws Exception {
        byte[] all = Payload.random(1, MESSAGES * 50_000);
        run(pairing, connection -> {
            Responses responses = new Responses();
            StreamObserver<byte[]> requests =
                    ClientCalls.asyncClientStreamingCall(connection.call(EchoService.COLLECT), responses);
            sendInParts(all, requests);
            assertArrayEquals(all, Await.result(responses.completed()));
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldStreamFromServer(Pairing pairing) throws Exception {
        byte[] all = Payload.random(2, MESSAGES * 50_000);
        run(pairing, connection -> {
            Responses responses = new Responses();
            ClientCalls.asyncServerStreamingCall(connection.call(EchoService.SPLIT), all, responses);
            assertArrayEquals(all, Await.result(responses.completed()));
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldStreamBothWays(Pairing pairing) throws Exception {
        byte[] all = Payload.random(3, MESSAGES * 50_000);
        run(pairing, connection -> assertEcho(connection, all));
    }

    @ParameterizedTest
    @EnumSource
    void shouldStreamConcurrently(Pairing pairing) throws Exception {
        run(pairing, connection -> {
            List<byte[]> sent = new ArrayList<>();
            List<Responses> received = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                sent.add(Payload.random(i, MESSAGES * (100 + 37 * i)));
                received.add(new Responses());
            }
            for (int i = 0; i < STREAMS; i++) {
                sendInParts(
                        sent.get(i),
                        ClientCalls.asyncBidiStreamingCall(connection.call(EchoService.EACH), received.get(i)));
            }
            for (int i = 0; i < STREAMS; i++) {
                assertArrayEquals(sent.get(i), Await.result(received.get(i).completed()), "stream " + i);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryLargeMessages(Pairing pairing) throws Exception {
        byte[] request = Payload.random(4, 64 << 20);
        run(pairing, connection -> assertArrayEquals(request, unary(connection, request)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldCancel(Pairing pairing) throws Exception {
        run(pairing, connection -> {
            Responses responses = new Responses();
            ClientCall<byte[], byte[]> call = connection.call(EchoService.COLLECT_SLOWLY);
            StreamObserver<byte[]> requests = ClientCalls.asyncClientStreamingCall(call, responses);
            // More than the server takes: it holds some when the call ends.
            for (int i = 0; i < MESSAGES; i++) {
                requests.onNext(Payload.random(i, 30_000));
            }
            call.cancel("as the test wants it", null);
            assertStatus(Status.Code.CANCELLED, responses.completed());
            assertUsable(connection);
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldCancelWhenServerWaits(Pairing pairing) throws Exception {
        run(pairing, connection -> {
            Responses responses = new Responses();
            ClientCall<byte[], byte[]> call = connection.call(EchoService.COLLECT_SLOWLY);
            ClientCalls.asyncClientStreamingCall(call, responses).onNext(Payload.random(5, 30_000));
            Await.result(connection.service().slowCallStarted());
            call.cancel("as the test wants it", null);
            assertStatus(Status.Code.CANCELLED, responses.completed());
            Await.result(connection.service().cancelled());
            assertUsable(connection);
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepDeadline(Pairing pairing) throws Exception {
        run(pairing, connection -> {
            // The connection stands before the deadline begins.
            assertUsable(connection);
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
            ClientCall<byte[], byte[]> call = connection.call(EchoService.NEVER, options);
            StatusRuntimeException e = assertThrows(
                    StatusRuntimeException.class, () -> ClientCalls.blockingUnaryCall(call, Payload.random(6, 30_000)));
            assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
            Await.result(connection.service().cancelled());
            assertUsable(connection);
        });
    }

    static void assertUsable(GrpcConnection connection) throws Exception {
        byte[] request = Payload.random(7, 100_000);
        assertArrayEquals(request, unary(connection, request));
    }

    static byte[] unary(GrpcConnection connection, byte[] request) throws Exception {
        return Await.result(ClientCalls.futureUnaryCall(connection.call(EchoService.UNARY), request));
    }

    static void assertEcho(GrpcConnection connection, byte[] all) throws Exception {
        Responses responses = new Responses();
        sendInParts(all, ClientCalls.asyncBidiStreamingCall(connection.call(EchoService.EACH), responses));
        assertArrayEquals(all, Await.result(responses.completed()));
    }

    static void sendInParts(byte[] all, StreamObserver<byte[]> requests) {
        int part = all.length / MESSAGES;
        for (int i = 0; i < MESSAGES; i++) {
            requests.onNext(Arrays.copyOfRange(all, i * part, (i + 1) * part));
        }
        requests.onCompleted();
    }

    private static void assertStatus(Status.Code expected, CompletableFuture<byte[]> call) {
        Throwable cause =
                assertThrows(ExecutionException.class, () -> Await.result(call)).getCause();
        assertEquals(expected, Status.fromThrowable(cause).getCode(), cause::toString);
    }
}
