// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import net.zcrx.integration.Loops;

/** The client of {@link GrpcZeroCopyTest}, at the other end of the wire. */
final class SlowClient {
    private SlowClient() {}

    /** Host and port. */
    public static void main(String[] arguments) throws Exception {
        try (Loops loops = Loops.nio(1)) {
            ManagedChannel channel = GrpcConnection.connect(
                    NettyChannelBuilder.forAddress(arguments[0], Integer.parseInt(arguments[1]))
                            .usePlaintext(),
                    loops);
            SlowCall slow = new SlowCall(channel);
            slow.makeOthers();
            if (slow.isAnswered()) {
                throw new IllegalStateException("The slow call was answered before its messages were taken.");
            }
            System.out.println("others answered");
            slow.awaitAnswer();
            System.out.println("slow call answered");
            channel.shutdownNow();
        }
    }
}
