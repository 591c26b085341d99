// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An application that holds on to what it received until it is told to let go. */
final class Holder extends PatternReader {
    final Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();
    private volatile boolean holding = true;

    @Override
    void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (holding) {
            held.add(bytes);
        } else {
            bytes.release();
        }
    }

    /** Releases all, on this thread, and what still comes at once. */
    void letGo() {
        holding = false;
        for (ByteBuf bytes; (bytes = held.poll()) != null; ) {
            bytes.release();
        }
    }
}
