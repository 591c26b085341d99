// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What channels have read, which nobody has released yet. */
final class Kept {
    final Queue<ByteBuf> buffers = new ConcurrentLinkedQueue<>();

    /** Keeps all that it is given. */
    class Keeper extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            buffers.add((ByteBuf) message);
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }

    int bytes() {
        return buffers.stream().mapToInt(ByteBuf::readableBytes).sum();
    }

    /** The bytes of all, in the order in which they came; releases the buffers. */
    byte[] takeAll() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf buffer; (buffer = buffers.poll()) != null; buffer.release()) {
            all.writeBytes(buffer);
        }
        return ByteBufUtil.getBytes(all);
    }
}
