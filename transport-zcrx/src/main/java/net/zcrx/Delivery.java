// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import net.zcrx.receive.Receiver;

/**
 * Delivers received data to the pipeline: in order, on demand, and whatever is left when the connection ends.
 *
 * <p>A buffer holds whatever arrived in one go, limited by the {@code RecvByteBufAllocator}. Data that arrives although
 * nobody asked for it, as auto-read was just switched off, is kept for the next read().
 *
 * <p>A superclass rather than a field, because every object per connection costs memory.
 */
abstract class Delivery implements Receiver.Inbound {
    /** Buffers that nobody has asked for: as a rule 1 MiB. */
    private static final int MUCH = 16;

    final ZcrxSocketChannel channel;
    /** The newest buffer; the next completion may still add to it. */
    private ByteBuf last;

    /** Received data that nobody has asked for yet; {@code null} if there never was any. */
    private ArrayDeque<ByteBuf> kept;

    private boolean wanted;
    /** Whether everything is delivered, even if the user did not ask to read. */
    private boolean deliveringAll;
    /** Whether the user was handed something since the last channelReadComplete. */
    private boolean reading;

    private boolean closed;
    /** Whether the last memory event was {@code COPYING_OUT}. */
    private boolean firedCopyingOut;

    Delivery(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    /** Whether what comes now has to be copied out of the area, which the user is told. */
    abstract boolean isCopyingOut();

    /** Whether what comes now is behind a gap in the connection's bytes. */
    abstract boolean hasFailed();

    /** The user has asked to read. */
    void requestRead() {
        wanted = true;
    }

    /** The user does not want to read any more. */
    void cancelRead() {
        wanted = false;
    }

    /** From now on everything is delivered, whether the user asked to read or not. */
    final void deliverAll() {
        deliveringAll = true;
    }

    final boolean isDeliveringAll() {
        return deliveringAll;
    }

    /** Whether data that arrives is delivered at once. */
    final boolean isWanted() {
        return wanted || deliveringAll;
    }

    /** Whether there will be nothing more to hand on. */
    final boolean isClosed() {
        return closed;
    }

    /** Whether something came in this pass that the next completion may add to. */
    final boolean isGrowing() {
        return last != null;
    }

    /** Takes what a completion brought. */
    final void take(IoUringIoEvent event, Receiver receiver) {
        receiver.receive(event, this, channel.alloc());
        // Only now that all of it is taken: whoever is handed a part may throw an exception.
        offerAll(channel.loop().complete());
        if (closed) {
            // Closed by force: it may leave its loop before the pass ends.
            releaseLast();
        }
    }

    @Override
    public final ByteBuf last() {
        return hasFailed() ? null : last;
    }

    @Override
    public final boolean mayGrow(int bytes) {
        return channel.socketConfig().mayJoin(last.readableBytes(), bytes);
    }

    @Override
    public final void add(ByteBuf buffer) {
        if (hasFailed()) {
            buffer.release();
            return;
        }
        if (last != null) {
            channel.loop().complete().add(last);
        }
        last = buffer;
    }

    @Override
    public final void replaceLast(ByteBuf buffer) {
        last = buffer;
    }

    /** At the end of a pass: nothing more comes that could be added to the last buffer. */
    final void offerLast() {
        ByteBuf buffer = last;
        last = null;
        if (buffer != null) {
            offer(buffer);
        }
    }

    private void releaseLast() {
        if (last != null) {
            last.release();
            last = null;
        }
    }

    /**
     * Hands a buffer to the user, or keeps it until the user wants it. What was kept before comes first: a pass lasts as
     * long as data comes faster than it is handled, and who waited for its end would keep all of that.
     */
    private void offer(ByteBuf buffer) {
        deliverKept();
        ByteBuf rest = hasKept() ? buffer : deliverParts(buffer);
        if (rest != null && !releaseIfClosed(rest)) {
            if (kept == null) {
                kept = new ArrayDeque<>();
            }
            kept.add(rest);
        }
    }

    /** Offers each of them. None is left, even if a handler throws an exception. */
    private void offerAll(ArrayDeque<ByteBuf> complete) {
        ByteBuf buffer;
        try {
            while ((buffer = complete.poll()) != null) {
                offer(buffer);
            }
        } finally {
            // The next completion is another connection's.
            while ((buffer = complete.poll()) != null) {
                buffer.release();
            }
        }
    }

    /**
     * Hands on what was kept, as far as the user wants it, and tells that this was all for now.
     *
     * @param ended whether nothing more comes
     * @param error by which the connection has failed; {@code null} if it has not
     */
    final void endReading(boolean ended, Throwable error) {
        deliverKept();
        if (ended && !hasKept() && !closed) {
            finish(error);
        } else if (reading) {
            completeReading();
        }
    }

    private void deliverKept() {
        while (hasKept() && mayDeliver()) {
            ByteBuf rest = deliverParts(kept.poll());
            if (rest != null && !releaseIfClosed(rest)) {
                kept.addFirst(rest);
            }
        }
    }

    /** The channel has closed: nobody will read what is left. */
    void close() {
        releaseLast();
        closed = true;
        while (hasKept()) {
            kept.poll().release();
        }
    }

    /** Whether something came that nobody has asked for. */
    final boolean hasKept() {
        return kept != null && !kept.isEmpty();
    }

    /** Whether so much of it came that no more should. */
    final boolean hasKeptMuch() {
        return kept != null && kept.size() >= MUCH;
    }

    /** The user may have closed the channel while a part was handed out. */
    private boolean releaseIfClosed(ByteBuf rest) {
        if (closed) {
            rest.release();
        }
        return closed;
    }

    /** Delivers in parts as long as the allocator wants them; returns what is left, or {@code null}. */
    private ByteBuf deliverParts(ByteBuf buffer) {
        while (mayDeliver()) {
            int part = partLength();
            if (part <= 0 || buffer.readableBytes() <= part) {
                deliver(buffer);
                return null;
            }
            deliver(buffer.readRetainedSlice(part));
        }
        return buffer;
    }

    private boolean mayDeliver() {
        return (reading || wanted || deliveringAll)
                && channel.isAttached()
                && !channel.isClosing()
                && !channel.isInputClosed();
    }

    private void deliver(ByteBuf buffer) {
        // Each buffer answers the requests before it: a read() while the last one is handled asks for more.
        wanted = false;
        count(buffer.readableBytes());
        fireMemoryEventIfChanged();
        try {
            channel.pipeline().fireChannelRead(buffer);
        } catch (Throwable e) {
            lose(buffer, e);
            return;
        }
        if (reading && !mayContinue()) {
            completeReading();
        }
    }

    /** The first handler's executor has not taken the buffer: with a gap in its bytes the connection cannot go on. */
    private void lose(ByteBuf buffer, Throwable cause) {
        // After an error of the JVM's own, nobody knows whether it was taken: better lost than released twice.
        if (!(cause instanceof VirtualMachineError)) {
            ReferenceCountUtil.safeRelease(buffer);
        }
        channel.raiseAndClose(cause);
    }

    // The handle may be the user's own, and throw.

    private int partLength() {
        try {
            return channel.socketConfig().longestRead(channel.receiveHandle());
        } catch (RuntimeException | Error e) {
            channel.raise(e);
            return Integer.MAX_VALUE;
        }
    }

    private void count(int bytes) {
        boolean first = !reading;
        reading = true;
        try {
            ExtendedHandle handle = channel.receiveHandle();
            if (first) {
                handle.reset(channel.config());
            }
            handle.attemptedBytesRead(bytes);
            handle.lastBytesRead(bytes);
            handle.incMessagesRead(1);
        } catch (RuntimeException | Error e) {
            channel.raise(e);
        }
    }

    private boolean mayContinue() {
        try {
            return channel.receiveHandle().continueReading();
        } catch (RuntimeException | Error e) {
            channel.raise(e);
            return false;
        }
    }

    private void fireMemoryEventIfChanged() {
        boolean copyingOut = isCopyingOut();
        if (copyingOut != firedCopyingOut) {
            firedCopyingOut = copyingOut;
            channel.fireUserEvent(copyingOut ? ZcrxMemoryEvent.COPYING_OUT : ZcrxMemoryEvent.RECOVERED);
        }
    }

    private void completeReading() {
        reading = false;
        try {
            channel.receiveHandle().readComplete();
        } catch (RuntimeException | Error e) {
            channel.raise(e);
        }
        try {
            channel.pipeline().fireChannelReadComplete();
        } catch (RuntimeException | Error e) {
            channel.raiseAndRead(e);
        }
    }

    /** The peer has ended its side, or the connection has failed, and the user has seen all that came before. */
    private void finish(Throwable error) {
        closed = true;
        if (channel.isInputClosed()) {
            return;
        }
        // As with Netty's other transports: a read that meets the end completes, too.
        completeReading();
        if (error != null) {
            channel.raise(error);
        }
        if (channel.isOpen() && !channel.isClosing()) {
            channel.shutdownInputAtEnd();
        }
    }
}
