// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Receives on threads that are daemons, and returns from main without an end of anything. */
public final class LeavingProgram {
    private LeavingProgram() {}

    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("loop", true), EpollIoHandler.newFactory());
        CountDownLatch received = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            new Bootstrap()
                    .group(group)
                    .channel(EpollSocketChannel.class)
                    .handler(new SimpleChannelInboundHandler<Object>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, Object message) {
                            received.countDown();
                        }
                    })
                    .connect(server.getLocalSocketAddress())
                    .sync();
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write(1);
                received.await();
            }
        }
        // The loop has slept since it received, and with that has done all that it does by the way.
        group.submit(() -> {}).sync();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.isDaemon()
                    && thread != Thread.currentThread()
                    && !thread.getName().equals("DestroyJavaVM")) {
                throw new IllegalStateException(thread + " keeps the JVM");
            }
        }
        System.out.println(Bytes.SAME);
    }
}
