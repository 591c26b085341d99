// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes the bytes that a channel receives to a file, in order and without a gap, from where the kernel or the NIC has
 * put them. It takes each {@link ByteBuf}; every other message goes on to the next handler.
 *
 * <p><b>Bound.</b> When more bytes are under way to the file than the limit, the channel stops reading, and goes on by
 * itself when half of them are written. Data that the channel has received by then is still delivered: at most as much
 * as in one pass of its event loop. Auto-read that the application has switched off stays off.
 *
 * <p><b>End.</b> {@link #written()} is done when the channel, or its input, is closed, or this handler is removed from
 * the pipeline, and all bytes that were received before are written. It fails with the first write that fails: until
 * the end the failure is also fired as an exception, and bytes that are received later are released. The application
 * closes the channel then; it closes the file in each case.
 *
 * <p>It serves one channel. {@link #position()} and {@link #written()} may be called on any thread.
 */
public final class ZcrxFileSink extends ChannelDuplexHandler {
    /** The most bytes that are under way to the file, if nothing else is said: 1 MiB. */
    public static final int DEFAULT_LIMIT = 1 << 20;

    /**
     * The most writes at a time. Bytes that are received meanwhile are gathered, so that the next write is a large one.
     */
    private static final int MOST_WRITES = 4;

    private static final int MOST_BUFFERS_OF_WRITE = 64;
    private static final int MOST_BYTES_OF_WRITE = 256 * 1024;

    private final ZcrxFile file;
    private final int limit;
    private final Promise<Long> written;

    /** The number of writes that the file has and has not done. */
    private final AtomicInteger underWay = new AtomicInteger();
    /** The position up to which all is written; changed by the file's loop only, as are the writes done behind it. */
    private volatile long position;

    private final TreeMap<Long, Integer> doneBehind = new TreeMap<>();
    /** Set when no more writes come. */
    private volatile boolean ended;

    // From here on: used by the channel's thread only.
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    /** The position in the file where the next write begins. */
    private long next;
    /** The bytes that wait or are under way. */
    private long pending;
    /** The number of writes whose end was not reported yet. */
    private int writes;

    private boolean stopped;
    private boolean readHeldBack;
    private boolean failed;

    /** The bytes go to the file's beginning; at most {@link #DEFAULT_LIMIT} of them are under way. */
    public ZcrxFileSink(ZcrxFile file) {
        this(file, 0, DEFAULT_LIMIT);
    }

    /**
     * @param file that is open to write, best on the channel's own event loop
     * @param position the position of the first byte in the file, from 0 on
     * @param limit the most bytes under way to the file, from 1 on; with the number of connections it bounds the
     *     receive memory of the loop that they hold
     */
    public ZcrxFileSink(ZcrxFile file, long position, int limit) {
        if (position < 0 || limit < 1) {
            throw new IllegalArgumentException("A sink's position is 0 or more and its limit 1 or more, but they are "
                    + position + " and " + limit);
        }
        this.file = file;
        this.limit = limit;
        this.position = position;
        next = position;
        written = file.newPromise();
    }

    /** All before this position of the file is written, from where the sink began; in bytes. */
    public long position() {
        return position;
    }

    /** Done when all is written that came until the end; the result is the position of that. Or the first failure. */
    public Future<Long> written() {
        return written;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (failed || ended || !buffer.isReadable()) {
            buffer.release();
            return;
        }
        waiting.add(buffer);
        pending += buffer.readableBytes();
        if (pending >= limit && ctx.channel().config().isAutoRead()) {
            stopped = true;
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** Writes the bytes of one pass of the loop together. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        write(ctx, MOST_WRITES);
        ctx.fireChannelReadComplete();
    }

    /** A read that the application asks for waits as well. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (pending >= limit) {
            readHeldBack = true;
        } else {
            ctx.read();
        }
    }

    private void write(ChannelHandlerContext ctx, int most) {
        while (!waiting.isEmpty() && writes < most) {
            ByteBuf buffer = gather(ctx);
            long start = next;
            int bytes = buffer.readableBytes();
            next += bytes;
            writes++;
            underWay.incrementAndGet();
            file.write(buffer, start).addListener(future -> {
                done(start, bytes, future.cause());
                tell(ctx, bytes, future.cause());
            });
        }
    }

    private ByteBuf gather(ChannelHandlerContext ctx) {
        ByteBuf first = waiting.remove();
        int bytes = first.readableBytes();
        if (!joins(bytes)) {
            return first;
        }
        CompositeByteBuf all = ctx.alloc().compositeDirectBuffer(MOST_BUFFERS_OF_WRITE);
        all.addComponent(true, first);
        int count = 1;
        while (count < MOST_BUFFERS_OF_WRITE && joins(bytes)) {
            ByteBuf more = waiting.remove();
            bytes += more.readableBytes();
            all.addComponent(true, more);
            count++;
        }
        return all;
    }

    private boolean joins(int bytes) {
        ByteBuf more = waiting.peek();
        return more != null && bytes + more.readableBytes() <= MOST_BYTES_OF_WRITE;
    }

    /**
     * Called on the file's loop, which need not be the channel's; if that loop has ended, on any thread, with a
     * failure.
     */
    private void done(long start, int bytes, Throwable cause) {
        if (cause == null) {
            advance(start, bytes);
        } else {
            written.tryFailure(cause);
        }
        if (underWay.decrementAndGet() == 0) {
            succeedIfEnded();
        }
    }

    private void advance(long start, int bytes) {
        doneBehind.put(start, bytes);
        Integer more;
        while ((more = doneBehind.remove(position)) != null) {
            position += more;
        }
    }

    /** Called after the end and after each write, as either may be the last. A failure was reported before. */
    private void succeedIfEnded() {
        if (ended && underWay.get() == 0) {
            written.trySuccess(position);
        }
    }

    private void tell(ChannelHandlerContext ctx, int bytes, Throwable cause) {
        if (ctx.executor().inEventLoop()) {
            released(ctx, bytes, cause);
            return;
        }
        try {
            ctx.executor().execute(() -> released(ctx, bytes, cause));
        } catch (RejectedExecutionException e) {
            // The channel has ended with its loop, and nothing waits.
            return;
        }
    }

    private void released(ChannelHandlerContext ctx, int bytes, Throwable cause) {
        pending -= bytes;
        writes--;
        if (cause != null && !failed) {
            fail(ctx, cause);
        }
        write(ctx, MOST_WRITES);
        if (!ended && pending <= limit / 2) {
            resumeReading(ctx.channel());
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        ByteBuf buffer;
        while ((buffer = waiting.poll()) != null) {
            pending -= buffer.readableBytes();
            ReferenceCountUtil.safeRelease(buffer);
        }
        if (!ended) {
            ctx.fireExceptionCaught(cause);
        }
    }

    private void resumeReading(Channel channel) {
        if (stopped) {
            stopped = false;
            channel.config().setAutoRead(true);
        }
        if (readHeldBack) {
            readHeldBack = false;
            channel.read();
        }
    }

    private void end(ChannelHandlerContext ctx) {
        write(ctx, Integer.MAX_VALUE);
        ended = true;
        succeedIfEnded();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end(ctx);
        resumeReading(ctx.channel());
    }
}
