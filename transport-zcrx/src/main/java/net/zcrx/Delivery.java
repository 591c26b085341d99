package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import java.util.ArrayDeque;

/**
 * How a connection's user gets what it received: in order, when he asks for it, and the rest at the connection's end.
 *
 * <p>A buffer is as long as what came at once, and at most as the {@code RecvByteBufAllocator} wants it. What comes though nobody asks for it (auto-read just went off) is kept for
 * the next read().
 *
 * <p>A superclass and not a part, as each object that a connection has is memory.
 */
abstract class Delivery {
    final ZcrxSocketChannel channel;
    /** What nobody has asked for; {@code null} if there never was any. */
    private ArrayDeque<ByteBuf> kept;

    private boolean wanted;
    /** Whether everything is handed on, asked for or not. */
    private boolean unasked;
    /** Whether the user was handed something since the last channelReadComplete. */
    private boolean reading;

    private boolean closed;
    private boolean toldCopyingOut;

    Delivery(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    /** Whether what comes now has to be copied out of the area, which the user is told. */
    abstract boolean isCopyingOut();

    /** The user wants to read. */
    void want() {
        wanted = true;
    }

    /** The user wants to read no more. */
    void clear() {
        wanted = false;
    }

    /** Hands on everything from now on, asked for or not. */
    final void handOnUnasked() {
        unasked = true;
    }

    final boolean isUnasked() {
        return unasked;
    }

    /** Whether what comes is handed on at once. */
    final boolean isWanted() {
        return wanted || unasked;
    }

    /** Whether there will be nothing more to hand on. */
    final boolean isClosed() {
        return closed;
    }

    /** Hands a buffer to the user, or keeps what he does not want now. */
    final void offer(ByteBuf buffer) {
        ByteBuf rest = hasKept() ? buffer : deliverParts(buffer);
        if (rest != null && !releaseIfClosed(rest)) {
            if (kept == null) {
                kept = new ArrayDeque<>();
            }
            kept.add(rest);
        }
    }

    /**
     * Hands on what was kept, as far as the user wants it, and tells him that this was all for now.
     *
     * @param ended whether nothing more comes
     * @param error by which the connection has failed; {@code null} if it has not
     */
    final void endReading(boolean ended, Throwable error) {
        while (hasKept() && mayDeliver()) {
            ByteBuf rest = deliverParts(kept.poll());
            if (rest != null && !releaseIfClosed(rest)) {
                kept.addFirst(rest);
            }
        }
        if (ended && !hasKept() && !closed) {
            finish(error);
        } else if (reading) {
            completeReading();
        }
    }

    /** The channel has closed: nobody will read what is left. */
    void close() {
        closed = true;
        while (hasKept()) {
            kept.poll().release();
        }
    }

    private boolean hasKept() {
        return kept != null && !kept.isEmpty();
    }

    /** The user may have closed the channel while he was handed a part. */
    private boolean releaseIfClosed(ByteBuf rest) {
        if (closed) {
            rest.release();
        }
        return closed;
    }

    /** Delivers in parts as long as the allocator wants them; returns what is left, or {@code null}. */
    private ByteBuf deliverParts(ByteBuf buffer) {
        while (mayDeliver()) {
            int part = channel.socketConfig().longestRead(channel.receiveHandle());
            if (part <= 0 || buffer.readableBytes() <= part) {
                deliver(buffer);
                return null;
            }
            deliver(buffer.readRetainedSlice(part));
        }
        return buffer;
    }

    private boolean mayDeliver() {
        return (reading || wanted || unasked) && channel.isAttached() && !channel.isClosing();
    }

    private void deliver(ByteBuf buffer) {
        ExtendedHandle handle = channel.receiveHandle();
        if (!reading) {
            reading = true;
            handle.reset(channel.config());
        }
        // Each buffer answers the requests before it: a read() while the last one is handled asks for more.
        wanted = false;
        int bytes = buffer.readableBytes();
        handle.attemptedBytesRead(bytes);
        handle.lastBytesRead(bytes);
        handle.incMessagesRead(1);
        tellIfCopyingOut();
        channel.pipeline().fireChannelRead(buffer);
        if (!handle.continueReading() && reading) {
            completeReading();
        }
    }

    private void tellIfCopyingOut() {
        boolean copyingOut = isCopyingOut();
        if (copyingOut != toldCopyingOut) {
            toldCopyingOut = copyingOut;
            channel.pipeline()
                    .fireUserEventTriggered(copyingOut ? ZcrxMemoryEvent.COPYING_OUT : ZcrxMemoryEvent.RECOVERED);
        }
    }

    private void completeReading() {
        reading = false;
        channel.receiveHandle().readComplete();
        channel.pipeline().fireChannelReadComplete();
    }

    /** The peer has ended its side, or the connection has failed, and the user has seen all that came before. */
    private void finish(Throwable error) {
        closed = true;
        ChannelPipeline pipeline = channel.pipeline();
        // As with Netty's other transports: a read that meets the end completes, too.
        completeReading();
        if (error != null) {
            pipeline.fireExceptionCaught(error);
        }
        if (channel.isOpen() && !channel.isClosing()) {
            channel.shutdownInputAtEnd();
        }
    }
}
