// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * How the user of a channel gets what came: in order, when asked for, and the rest at the end, as with other channels.
 */
final class Reading {
    private final ZcrxSharedChannel channel;
    /** What is left of a buffer of which a part was wanted; {@code null} if nothing is. */
    private ByteBuf rest;

    private boolean wanted;
    private boolean gone;
    private boolean ended;
    private boolean closed;

    Reading(ZcrxSharedChannel channel) {
        this.channel = channel;
    }

    void want() {
        wanted = true;
    }

    void clear() {
        wanted = false;
    }

    void close() {
        closed = true;
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    /** Whether something is left that the link knows nothing of. */
    boolean hasRest() {
        return rest != null;
    }

    private boolean hasNext(Link link) throws IOException {
        return rest != null || link.hasNext();
    }

    /**
     * The next buffer: as long as what was written, unless the user's allocator is one that says how much one read may
     * bring.
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

    /** Whether what comes now is read, or thrown away. */
    boolean isWanted() {
        return !ended && (wanted || gone || channel.isInputShutdown());
    }

    /** Reads what there is and is wanted. At the end of a pass. */
    void read() throws IOException {
        Link link = channel.link();
        // Asked for first: what it covers is in the ring by then. Asked for also after the end: else it stays news.
        boolean finished = link.isFinished() || gone;
        if (ended) {
            return;
        }
        if (channel.isInputShutdown()) {
            discard(link);
        } else if ((wanted || finished) && hasNext(link)) {
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
            // Each buffer answers the requests before it: a read() while this one is handled asks for more.
            wanted = false;
            handle.attemptedBytesRead(buffer.readableBytes());
            handle.lastBytesRead(buffer.readableBytes());
            handle.incMessagesRead(1);
            fire(buffer);
        } while (!closed && hasNext(link) && handle.continueReading());
        handle.readComplete();
        channel.pipeline().fireChannelReadComplete();
        if (!closed && (wanted || finished) && hasNext(link)) {
            channel.goOn();
        }
    }

    private void fire(ByteBuf buffer) {
        try {
            channel.pipeline().fireChannelRead(buffer);
        } catch (RuntimeException | Error e) {
            // The first handler's executor has not taken it: with a gap in its bytes the connection cannot go on.
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
            // As with other channels: a read that meets the end completes, too.
            channel.pipeline().fireChannelReadComplete();
            channel.inputEnded();
        }
    }
}
