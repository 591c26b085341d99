// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.unix.DomainSocketAddress;
import net.zcrx.integration.Loops;

/** The server of {@link GrpcProcessesTest}: it answers by shared memory until it is killed. */
final class SharedServer {
    private SharedServer() {}

    /** The path that it listens at. */
    public static void main(String[] arguments) throws Exception {
        try (Loops loops = Loops.shared(2)) {
            NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(arguments[0]));
            var server = GrpcConnection.serve(new EchoService(), builder, loops);
            System.out.println("listening");
            server.awaitTermination();
        }
    }
}
