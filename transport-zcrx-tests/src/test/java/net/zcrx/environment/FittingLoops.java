// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;

/** A group of as many loops as fit, each of which serves a connection: the main class of a JVM of its own. */
public final class FittingLoops {
    private static final int TIMEOUT_MILLIS = 30_000;

    private FittingLoops() {}

    public static void main(String[] arguments) throws Exception {
        ZcrxEventLoopGroup group;
        try {
            group = new ZcrxEventLoopGroup();
        } catch (IllegalStateException e) {
            System.out.println("refusal=" + e.getCause().getMessage());
            return;
        }
        serve(group);
    }

    private static void serve(ZcrxEventLoopGroup group) throws Exception {
        Set<Thread> serving = ConcurrentHashMap.newKeySet();
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Answer(serving));
                    }
                })
                .bind(NetUtil.LOCALHOST, 0)
                .sync()
                .channel();
        int answers = 0;
        for (int i = 0; i < group.executorCount(); i++) {
            answers += ask((InetSocketAddress) server.localAddress());
        }
        System.out.println("numbers=" + group.executorCount());
        System.out.println("loops=" + group.metrics().size());
        System.out.println("serving=" + serving.size());
        System.out.println("answers=" + answers);
        boolean ended = group.shutdownGracefully(0, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .await(TIMEOUT_MILLIS);
        System.out.println("ended=" + ended);
    }

    private static int ask(InetSocketAddress server) throws Exception {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(server, TIMEOUT_MILLIS);
            socket.getOutputStream().write(1);
            return socket.getInputStream().read();
        }
    }

    private static final class Answer extends SimpleChannelInboundHandler<Object> {
        private final Set<Thread> serving;

        Answer(Set<Thread> serving) {
            super(false);
            this.serving = serving;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Object bytes) {
            serving.add(Thread.currentThread());
            ctx.writeAndFlush(bytes);
        }
    }
}
