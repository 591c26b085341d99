// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxServerSocketChannel;

/**
 * The messages. Of shared memory those of received pages are such: they came once by TCP, and are written again and
 * again; on the other ways it makes no difference where the bytes lie.
 */
final class Payload implements AutoCloseable {
    private static final int RECEIVED_BYTES = 1 << 20;
    private static final int SECONDS = 20;

    private final ByteBuf received;
    private final ByteBuf any =
            PooledByteBufAllocator.DEFAULT.directBuffer(RECEIVED_BYTES).writeZero(RECEIVED_BYTES);

    Payload(Way way, EventLoopGroup group) throws Exception {
        received = way == Way.SHARED ? receive(group) : any.retain();
    }

    /** Returns a view of this object's buffer. */
    ByteBuf of(Task task) {
        return (task.received ? received : any).slice(0, task.bytes);
    }

    private static ByteBuf receive(EventLoopGroup group) throws Exception {
        CompletableFuture<ByteBuf> all = new CompletableFuture<>();
        CompositeByteBuf pieces = Unpooled.compositeBuffer(Integer.MAX_VALUE);
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        pieces.addComponent(true, (ByteBuf) message);
                        if (pieces.readableBytes() == RECEIVED_BYTES) {
                            all.complete(pieces);
                        }
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.localAddress()).getPort())) {
            client.getOutputStream().write(new byte[RECEIVED_BYTES]);
            return all.get(SECONDS, TimeUnit.SECONDS);
        } finally {
            server.close().sync();
        }
    }

    @Override
    public void close() {
        received.release();
        any.release();
    }
}
