// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.LongAdder;

/** What the reading process does. */
enum Service {
    /** Releases what it gets. */
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
    /** Reads each byte once. */
    SUM {
        @Override
        ChannelHandler handler() {
            return new ChannelInboundHandlerAdapter() {
                private long sum;

                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ByteBuf buffer = (ByteBuf) message;
                    int end = buffer.writerIndex() - Long.BYTES;
                    for (int i = buffer.readerIndex(); i <= end; i += Long.BYTES) {
                        sum += buffer.getLongLE(i);
                    }
                    buffer.release();
                }

                @Override
                public void channelInactive(ChannelHandlerContext context) {
                    // So that no compiler leaves the reads out.
                    SUMS.add(sum);
                }
            };
        }
    },
    /** Sends back what it gets. */
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

    /** For a connection. */
    abstract ChannelHandler handler();
}
