// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;

/** A client's call whose messages the server does not take yet, and others on the same connection. */
final class SlowCall {
    static final int MESSAGES = 20;
    private static final byte[] REQUESTS = Payload.random(1, MESSAGES << 20);
    private static final int OTHER_CALLS = 100;

    private final Channel channel;
    private final Responses responses = new Responses();

    SlowCall(Channel channel) {
        this.channel = channel;
        GrpcCallsTest.sendInParts(
                REQUESTS,
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(EchoService.COLLECT_SLOWLY, CallOptions.DEFAULT), responses));
    }

    /** Makes other calls, which must be answered. */
    void makeOthers() throws Exception {
        for (int i = 0; i < OTHER_CALLS; i++) {
            byte[] request = Payload.random(i, 50_000);
            assertArrayEquals(
                    request,
                    Await.result(ClientCalls.futureUnaryCall(
                            channel.newCall(EchoService.UNARY, CallOptions.DEFAULT), request)));
        }
    }

    boolean isAnswered() {
        return responses.completed().isDone();
    }

    /** The answer must be all that was sent. */
    void awaitAnswer() throws Exception {
        assertArrayEquals(REQUESTS, Await.result(responses.completed()));
    }
}
