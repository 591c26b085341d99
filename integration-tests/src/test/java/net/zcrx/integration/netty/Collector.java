// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Collects so many bytes out of messages of one type. */
final class Collector<T> extends SimpleChannelInboundHandler<T> {
    private final Function<T, ByteBuf> content;
    private final byte[] bytes;
    private final CompletableFuture<byte[]> complete = new CompletableFuture<>();
    private int filled;

    Collector(Class<T> messages, Function<T, ByteBuf> content, int length) {
        super(messages);
        this.content = content;
        bytes = new byte[length];
    }

    /** Collects out of plain buffers. */
    static Collector<ByteBuf> ofBytes(int length) {
        return new Collector<>(ByteBuf.class, Function.identity(), length);
    }

    /** Fails if the connection ends or fails, or more bytes come. */
    CompletableFuture<byte[]> complete() {
        return complete;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, T message) {
        ByteBuf buffer = content.apply(message);
        int length = buffer.readableBytes();
        buffer.readBytes(bytes, filled, length);
        filled += length;
        if (filled == bytes.length) {
            complete.complete(bytes);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        complete.completeExceptionally(
                new IOException("The connection ended after " + filled + " bytes of " + bytes.length));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        complete.completeExceptionally(cause);
    }
}
