// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Delivers to a channel's pipeline what its connection reads: in order, when it is requested, and the rest at the end,
 * as other channels do. Used on the channel's event loop.
 */
final class Reading {
    private final ZcrxSharedChannel channel;
    /** The rest of a buffer that is longer than one read may be; {@code null} if there is none. */
    private ByteBuf rest;

    private boolean requested;
    /** The other process has closed its socket, or has ended. */
    private boolean gone;
    /** The pipeline knows that nothing more will come. */
    private boolean ended;

    private boolean closed;

    Reading(ZcrxSharedChannel channel) {
        this.channel = channel;
    }

    void requestRead() {
        requested = true;
    }

    void cancelRead() {
        requested = false;
    }

    void close() {
        closed = true;
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    /** Whether there is data that the link does not know of. */
    boolean hasRest() {
        return rest != null;
    }

    private boolean hasNext(Link link) throws IOException {
        return rest != null || link.hasNext();
    }

    /**
     * Returns the next buffer: as long as the entry that was written, unless the channel's allocator limits the length
     * of one read.
     */
    private ByteBuf next(Link link, ExtendedHandle handle) throws IOException {
        ByteBuf buffer = rest == null ? link.next(channel.alloc()) : rest;
        rest = null;
        if (channel.config().getRecvByteBufAllocator() instanceof AdaptiveRecvByteBufAllocator) {
            return buffer;
        }
        int most = Math.max(1, handle.guess());
        if (buffer.readableBytes() <= most) {
            return buffer;
        }
        rest = buffer;
        return buffer.readRetainedSlice(most);
    }

    /** The other process has closed its socket, or has ended. */
    void otherGone() {
        gone = true;
    }

    /** Whether new data is read now, if only to discard it. */
    boolean isReading() {
        return !ended && (requested || gone || channel.isInputShutdown());
    }

    /** Reads what there is, if it is requested. Called at the end of a pass. */
    void read() throws IOException {
        Link link = channel.link();
        // Before the ring: entries written before the end are then found. Also after the end: else the state stays new.
        boolean finished = link.isFinished() || gone;
        if (ended) {
            return;
        }
        if (channel.isInputShutdown()) {
            discard(link);
        } else if ((requested || finished) && hasNext(link)) {
            readSome(link, finished);
        }
        if (finished && !closed && !hasNext(link)) {
            end(link);
        }
    }

    private void discard(Link link) throws IOException {
        if (rest != null) {
            rest.release();
            rest = null;
        }
        while (link.hasNext()) {
            link.next(channel.alloc()).release();
        }
    }

    private void readSome(Link link, boolean finished) throws IOException {
        ExtendedHandle handle = (ExtendedHandle) channel.unsafe().recvBufAllocHandle();
        handle.reset(channel.config());
        do {
            ByteBuf buffer = next(link, handle);
            // This buffer answers all requests so far. A read() while it is handled is a new one.
            requested = false;
            handle.attemptedBytesRead(buffer.readableBytes());
            handle.lastBytesRead(buffer.readableBytes());
            handle.incMessagesRead(1);
            fire(buffer);
        } while (!closed && hasNext(link) && handle.continueReading());
        handle.readComplete();
        channel.pipeline().fireChannelReadComplete();
        if (!closed && (requested || finished) && hasNext(link)) {
            channel.resumeLater();
        }
    }

    private void fire(ByteBuf buffer) {
        try {
            channel.pipeline().fireChannelRead(buffer);
        } catch (RuntimeException | Error e) {
            // The first handler's executor has rejected it: with a gap in its data the connection is useless.
            ReferenceCountUtil.safeRelease(buffer);
            channel.fail(e);
        }
    }

    private void end(Link link) {
        ended = true;
        if (!link.isFinished()) {
            channel.fail(new IOException("The process at the other end of " + channel
                    + " has ended without closing the connection: what it wrote last may be missing."));
        } else if (!closed) {
            // As with other channels: a read that finds the end completes, too.
            channel.pipeline().fireChannelReadComplete();
            channel.inputEnded();
        }
    }
}
