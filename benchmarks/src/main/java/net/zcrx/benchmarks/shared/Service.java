// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;

/** The work of the reading process. */
enum Service {
    /** Releases the data that it gets. */
    DROP {
        @Override
        ChannelHandler handler() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ((ByteBuf) message).release();
                }
            };
        }
    },
    /**
     * Reads each byte once, as a store does that checks its data. A loop of {@code getLongLE} would be bound by its own
     * waiting for the other processor's cache, and measure that.
     */
    SUM {
        @Override
        ChannelHandler handler() {
            return new ChannelInboundHandlerAdapter() {
                private final CRC32C sum = new CRC32C();

                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ByteBuf buffer = (ByteBuf) message;
                    sum.update(buffer.nioBuffer());
                    buffer.release();
                }

                @Override
                public void channelInactive(ChannelHandlerContext context) {
                    // So that no compiler leaves the reads out.
                    SUMS.add(sum.getValue());
                }
            };
        }
    },
    /** Sends back the data that it gets. */
    ECHO {
        @Override
        ChannelHandler handler() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    context.write(message, context.voidPromise());
                }

                @Override
                public void channelReadComplete(ChannelHandlerContext context) {
                    context.flush();
                }
            };
        }
    };

    private static final LongAdder SUMS = new LongAdder();

    /** Returns a handler for a connection. */
    abstract ChannelHandler handler();
}
