// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** What an application sees of the transport, a line each on standard output: the main class of a JVM of its own. */
public final class AvailabilityProbe {
    private static final int ECHO_BYTES = 64 * 1024;
    private static final int TIMEOUT_MILLIS = 10_000;

    private AvailabilityProbe() {}

    public static void main(String[] args) throws Exception {
        Throwable cause = Zcrx.unavailabilityCause();
        say("available", Zcrx.isAvailable());
        if (cause != null) {
            say("cause", cause.getMessage());
            say("cause.cause", cause.getCause());
        }
        attempt("ensure", () -> {
            Zcrx.ensureAvailability();
            return "ok";
        });
        attempt("socket", () -> close(new ZcrxSocketChannel()));
        attempt("server", () -> close(new ZcrxServerSocketChannel()));
        attempt("echo", AvailabilityProbe::echo);
        attempt("replace", AvailabilityProbe::replace);
    }

    private static String close(Channel channel) {
        // It is on no event loop.
        channel.unsafe().closeForcibly();
        return "ok";
    }

    private static String echo() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1);
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(ZcrxServerSocketChannel.class)
                    .childHandler(new Echo())
                    .bind(NetUtil.LOCALHOST, 0)
                    .sync()
                    .channel();
            exchange(server.localAddress());
            say("area", group.metrics().get(0).areaBytes());
            say("reason", group.metrics().get(0).modeReason());
            return group.metrics().get(0).mode().name();
        } finally {
            group.shutdownGracefully(0, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).sync();
        }
    }

    private static String replace() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1);
        try {
            Zcrx.replaceTransport(new Bootstrap(), group);
            return "ok";
        } finally {
            group.shutdownGracefully(0, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).sync();
        }
    }

    private static void exchange(SocketAddress server) throws Exception {
        byte[] sent = new byte[ECHO_BYTES];
        new Random(1).nextBytes(sent);
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(server, TIMEOUT_MILLIS);
            socket.getOutputStream().write(sent);
            InputStream in = socket.getInputStream();
            if (!Arrays.equals(sent, in.readNBytes(ECHO_BYTES))) {
                throw new IllegalStateException("The echo is not what was sent.");
            }
        }
    }

    private static void attempt(String name, Callable<String> action) {
        try {
            say(name, action.call());
        } catch (Throwable e) {
            say(name, e);
            say(name + ".cause", e.getCause());
        }
    }

    private static void say(String name, Object value) {
        System.out.println(name + '=' + value);
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
