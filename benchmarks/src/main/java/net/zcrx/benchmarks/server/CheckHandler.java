// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * Compares: a connection sends how many bytes there will be (8 bytes, the most significant first) and then {@link
 * CheckedBytes}; the answer is a line {@code mismatches=N}.
 */
final class CheckHandler extends ServiceHandler {
    private int lengthBytes;
    private long length;
    private long position;
    private long mismatches;

    CheckHandler(LongAdder received) {
        super(received);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        count(bytes);
        try {
            while (lengthBytes < Long.BYTES && bytes.isReadable()) {
                length = length << Byte.SIZE | bytes.readUnsignedByte();
                lengthBytes++;
            }
            mismatches += CheckedBytes.mismatches(bytes, position);
            position += bytes.readableBytes();
        } finally {
            bytes.release();
        }
        if (lengthBytes == Long.BYTES && position >= length) {
            // More than was announced is wrong as well.
            String answer = "mismatches=" + (mismatches + position - length) + "\n";
            ctx.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII), ctx.voidPromise());
        }
    }
}
