// SPDX-License-Identifier: Apache-2.0
package consumer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.micrometer.ZcrxMeters;

/** Echoes a message over a socket, and says which jar the transport came from. */
public final class Echo {
    private static final int LENGTH = 100_000;

    private Echo() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("consumer: "
                + Zcrx.class.getProtectionDomain().getCodeSource().getLocation());
        if (!Zcrx.isAvailable()) {
            System.err.println("consumer: no zcrx: " + Zcrx.unavailabilityCause().getMessage());
            System.exit(1);
        }
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1);
        MeterRegistry registry = new SimpleMeterRegistry();
        new ZcrxMeters(group).bindTo(registry);
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(ZcrxServerSocketChannel.class)
                    .childHandler(new Answer())
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            exchange((InetSocketAddress) server.localAddress());
        } finally {
            group.shutdownGracefully().sync();
        }
        // The loop has ended, so that this is all that it received.
        double metered = registry.find("zcrx.received.bytes").functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
        if (metered != LENGTH) {
            throw new IOException("The meters tell of " + metered + " bytes and not of " + LENGTH + ".");
        }
        System.out.println("consumer: " + LENGTH + " bytes came back as they were sent");
    }

    private static void exchange(InetSocketAddress server) throws IOException {
        byte[] sent = new byte[LENGTH];
        new Random(1).nextBytes(sent);
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(sent);
            if (!Arrays.equals(sent, socket.getInputStream().readNBytes(LENGTH))) {
                throw new IOException("What came back is not what was sent.");
            }
        }
    }

    @Sharable
    private static final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }
}
