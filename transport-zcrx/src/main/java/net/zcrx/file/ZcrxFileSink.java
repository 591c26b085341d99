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
import java.util.concurrent.RejectedExecutionException;

/**
 * Writes what a channel receives to a file, in order and without a gap, from where the kernel or the NIC has put it. It
 * takes each {@link ByteBuf}; every other message goes on to the next handler.
 *
 * <p><b>Bound.</b> When more bytes are under way to the file than the limit, the channel stops reading, and goes on by
 * itself when half of them are written. What the channel has received by then still comes: at most what it delivers in
 * one pass of its event loop. Auto-read that the application has switched off stays off.
 *
 * <p><b>End.</b> {@link #written()} is done when the channel, or its input, is closed, or this handler is removed from the
 * pipeline, and all that came before is written. It fails with the first write that fails: until the end the failure is also
 * fired as an exception, and what comes later is released. The application closes the channel then; and the file, in each case.
 *
 * <p>It serves one channel. {@link #position()} and {@link #written()} may be called on any thread.
 */
public final class ZcrxFileSink extends ChannelDuplexHandler {
    /** The most bytes that are under way to the file, if nothing else is said: 1 MiB. */
    public static final int DEFAULT_LIMIT = 1 << 20;

    /** Writes at a time. What comes meanwhile is gathered, so that the next one is a large one. */
    private static final int MOST_WRITES = 4;

    private static final int MOST_BUFFERS_OF_WRITE = 64;
    private static final int MOST_BYTES_OF_WRITE = 256 * 1024;

    private final ZcrxFile file;
    private final int limit;
    private final Promise<Long> written;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    /** Under way, in the order of their positions. */
    private final ArrayDeque<Write> writes = new ArrayDeque<>();

    private volatile long position;
    /** Where the next write begins. */
    private long next;
    /** Bytes that wait or are under way. */
    private long pending;

    private boolean stopped;
    private boolean readHeldBack;
    private boolean ended;
    private boolean failed;

    /** The bytes go to the file's beginning; at most {@link #DEFAULT_LIMIT} of them are under way. */
    public ZcrxFileSink(ZcrxFile file) {
        this(file, 0, DEFAULT_LIMIT);
    }

    /**
     * @param file that is open to write, best on the channel's own event loop
     * @param position of the first byte in the file, from 0 on
     * @param limit of the bytes under way to the file, from 1 on; together with the connections' number it bounds what
     *     they hold of the loop's receive memory
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
        written = file.eventLoop().newPromise();
        written.setUncancellable();
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
        if (!(message instanceof ByteBuf)) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf buffer = (ByteBuf) message;
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

    /** What came in one pass of the loop is written together. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        write(ctx);
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

    private void write(ChannelHandlerContext ctx) {
        while (!waiting.isEmpty() && !failed && (writes.size() < MOST_WRITES || ended)) {
            ByteBuf buffer = gather(ctx);
            Write write = new Write(next, buffer.readableBytes());
            writes.add(write);
            next += write.bytes;
            file.write(buffer, write.start).addListener(future -> tell(ctx, write, future.cause()));
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

    /** On the file's loop, which need not be the channel's. */
    private void tell(ChannelHandlerContext ctx, Write write, Throwable cause) {
        if (ctx.executor().inEventLoop()) {
            done(ctx, write, cause);
            return;
        }
        try {
            ctx.executor().execute(() -> done(ctx, write, cause));
        } catch (RejectedExecutionException e) {
            // The channel's loop has ended, so nobody but this thread is here any more; nor is there more to write.
            done(ctx, write, cause);
        }
    }

    private void done(ChannelHandlerContext ctx, Write write, Throwable cause) {
        pending -= write.bytes;
        write.done = true;
        if (cause != null && !failed) {
            fail(ctx, cause);
        }
        while (!failed && !writes.isEmpty() && writes.peek().done) {
            Write first = writes.remove();
            position = first.start + first.bytes;
        }
        write(ctx);
        if (!ended && pending <= limit / 2) {
            goOn(ctx.channel());
        }
        endIfDone();
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        ByteBuf buffer;
        while ((buffer = waiting.poll()) != null) {
            pending -= buffer.readableBytes();
            ReferenceCountUtil.safeRelease(buffer);
        }
        written.tryFailure(cause);
        if (!ended) {
            ctx.fireExceptionCaught(cause);
        }
    }

    private void goOn(Channel channel) {
        if (stopped) {
            stopped = false;
            channel.config().setAutoRead(true);
        }
        if (readHeldBack) {
            readHeldBack = false;
            channel.read();
        }
    }

    private void endIfDone() {
        if (ended && writes.isEmpty() && waiting.isEmpty()) {
            written.trySuccess(position);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        ended = true;
        write(ctx);
        endIfDone();
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
        goOn(ctx.channel());
    }

    /** One write that is under way. */
    private static final class Write {
        private final long start;
        private final int bytes;
        private boolean done;

        Write(long start, int bytes) {
            this.start = start;
            this.bytes = bytes;
        }
    }
}
