// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.HdrHistogram.Histogram;

/** The work of the writing process on a connection, and its counts. On the event loop only. */
abstract class Load extends ChannelInboundHandlerAdapter {
    /** The user event that starts it. */
    static final Object BEGIN = new Object();

    private final Histogram latencies = new Histogram(3);
    private long messages;
    private long bytes;

    abstract void begin(ChannelHandlerContext context);

    final void count(int messageBytes) {
        messages++;
        bytes += messageBytes;
    }

    final void latency(long nanoseconds) {
        latencies.recordValue(nanoseconds);
    }

    final void reset() {
        messages = 0;
        bytes = 0;
        latencies.reset();
    }

    final long messages() {
        return messages;
    }

    final long bytes() {
        return bytes;
    }

    final Histogram latencies() {
        return latencies;
    }

    /** Closes the connection: at the end of a measurement writes that are under way fail. */
    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == BEGIN) {
            begin(context);
        }
    }
}
