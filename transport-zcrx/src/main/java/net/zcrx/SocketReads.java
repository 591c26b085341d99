package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUringIoEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import net.zcrx.nic.NicException;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.Turn;
import net.zcrx.uring.Uring;

/**
 * The receive side of a connection: when the kernel may receive, and when the user sees what it received.
 *
 * <p>A buffer is as long as what came at once. Only if the user has chosen a {@code RecvByteBufAllocator} of his own it
 * is cut to the lengths that this one gives.
 *
 * <p>With auto-read a multishot receive stays armed. Without, each read() of the user arms a receive of bounded length;
 * and so does each pass of the loop where the user has bounded what one may bring ({@code RECEIVE_GRANT}), as the next
 * is armed at a pass's end only. What comes though nobody asks for it (auto-read just went off) is kept in order for
 * the next read(). When no receive is armed a poll watches for the peer's end, as a receive would see it: then
 * everything is read and handed on, asked for or not, as Netty's other transports do.
 */
final class SocketReads {
    private enum State {
        IDLE,
        ARMED,
        CANCELLING,
        /** The receiver has no memory; {@link Wait#resume} comes. */
        WAITING
    }

    /** A channel that has left its loop does not hear of a wait that it began there. */
    private final class Wait implements Receiver.Waiter {
        @Override
        public void resume() {
            if (wait == this) {
                state = State.IDLE;
                if (channel.isAttached() && !channel.isClosing()) {
                    settle();
                }
            }
        }
    }

    private static final long RETRY_MILLIS = 20;
    /** What one read of a channel without auto-read may bring, in bytes: as much as Netty's adaptive reads at most. */
    private static final int BYTES_OF_A_READ = 64 * 1024;
    /**
     * What comes in a pass of the loop, in bytes, with which a connection is received in bulk when it is armed again,
     * which is when it had to wait for memory; a small message costs more that way.
     */
    private static final int BULK = 128 * 1024;
    /** With this it is armed again as before. */
    private static final int NO_BULK = 32 * 1024;

    private final ZcrxSocketChannel channel;
    /** What nobody has asked for; {@code null} if there never was any. */
    private ArrayDeque<ByteBuf> kept;

    /** Received last; the next completion may still add to it. */
    private ByteBuf last;

    private State state = State.IDLE;
    /** For the waits on this loop, which are one after the other; {@code null} before the first. */
    private Wait wait;

    private long receive;
    /** Bytes after which the receive that was armed last ends by itself; 0 if it does not. */
    private int limit;
    /** Whether it was armed in bulk. */
    private boolean bulk;

    private long received;
    private int receivedThisPass;
    /** Of the passes that brought something; the last one counts half. */
    private int meanOfPass;

    private boolean watchingHangUp;

    /** What it receives with on this loop: it depends on the queue that its packets come by. */
    private Receiver receiver;
    /** Queues that were tried since the last byte. */
    private int tried;

    private boolean wanted;
    private boolean reading;
    private boolean hangUp;
    private boolean ended;
    private Throwable error;
    private boolean closed;
    private boolean toldCopyingOut;

    SocketReads(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    /** The user wants to read. */
    void want() {
        wanted = true;
        wake();
    }

    /** The user wants to read no more. */
    void clear() {
        wanted = false;
        wake();
    }

    void complete(IoUringIoEvent event) {
        int result = event.res();
        if (result > 0) {
            take(event);
        }
        if ((event.flags() & Uring.CQE_F_MORE) == 0) {
            ended(result);
        }
        wake();
    }

    private void take(IoUringIoEvent event) {
        received += event.res();
        receivedThisPass += event.res();
        tried = 0;
        channel.loop().coalescing().received(event.res(), last == null);
        for (int buffers = receiver().begin(event); buffers > 0; buffers--) {
            takeBuffer(event);
        }
    }

    private void takeBuffer(IoUringIoEvent event) {
        ByteBuf buffer;
        try {
            buffer = receiver().take(event, error == null ? last : null, channel.alloc());
        } catch (RuntimeException | OutOfMemoryError e) {
            // The channel's allocator, which is the user's and has bounds, has no memory to copy out to. With a gap in
            // its bytes the connection cannot go on; the loop can.
            fail(e);
            return;
        }
        if (error != null) {
            buffer.release();
        } else if (last == null) {
            last = buffer;
        } else if (buffer != last) {
            ByteBuf before = last;
            last = receiver().join(before, buffer, channel.alloc());
            if (last == null) {
                last = buffer;
                offer(before);
            }
        }
    }

    private Receiver receiver() {
        if (receiver == null) {
            receiver = channel.loop().receiver();
        }
        return receiver;
    }

    private void fail(Throwable cause) {
        if (error == null) {
            error = cause;
        }
        hangUp = true;
    }

    void hangUp(int result) {
        watchingHangUp = false;
        if (result > 0) {
            hangUp = true;
        }
        wake();
    }

    /** The channel leaves its loop. */
    void leave() {
        wait = null;
        if (state == State.WAITING) {
            state = State.IDLE;
        }
        receiver = null;
        if (channel.config().isAutoRead()) {
            // The next loop reads anew, if auto-read is on still.
            wanted = false;
        }
    }

    void endPass() {
        if (receivedThisPass > 0) {
            meanOfPass = (meanOfPass + receivedThisPass) / 2;
            receivedThisPass = 0;
        }
        ByteBuf buffer = last;
        last = null;
        if (buffer != null) {
            offer(buffer);
        }
        if (!channel.isAttached() || channel.isClosing()) {
            return;
        }
        while (hasKept() && mayDeliver()) {
            ByteBuf rest = deliverParts(kept.poll());
            if (rest != null && !releaseIfClosed(rest)) {
                kept.addFirst(rest);
            }
        }
        if ((ended || error != null) && !hasKept() && !closed) {
            finish();
        } else if (reading) {
            completeReading();
        }
        if (channel.isClosing()) {
            return;
        }
        settle();
    }

    /** The channel has closed: nobody will read what is left. */
    void close() {
        closed = true;
        if (last != null) {
            last.release();
            last = null;
        }
        while (hasKept()) {
            kept.poll().release();
        }
    }

    private void ended(int result) {
        State before = state;
        state = State.IDLE;
        receive = 0;
        Receiver receiver = receiver();
        if ((limit == 0 || result < 0) && receiver.isExhausted(result)) {
            state = State.WAITING;
            if (wait == null) {
                wait = new Wait();
            }
            receiver.await(wait, Turn.of(receivedThisPass, meanOfPass));
            if (receiver.isZeroCopy()) {
                // Pages may come free inside the kernel, as another connection ends, and nobody tells.
                channel.eventLoop().schedule(receiver::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } else if (result > 0) {
            if (limit == 0 && !bulk && before == State.ARMED) {
                // The kernel disarms a multishot receive when the completion queue has no room for more; one in bulk
                // also when it could have taken the last of the memory.
                receiver.counters().add(Counter.CQ_FULL, 1);
            }
        } else if (result == 0) {
            ended = limit == 0 || received < limit;
            hangUp |= ended;
        } else if (!mayGoOn(result)) {
            fail(failure(result));
        }
    }

    private boolean mayGoOn(int result) {
        return result == Uring.ECANCELED
                || receiver.isTransient(result)
                || result == Uring.EINVAL && turnFromBulk()
                || result == Uring.EFAULT && turnToOtherQueue();
    }

    /** A kernel without it refuses each receive that was armed in bulk, of which there may be several. */
    private boolean turnFromBulk() {
        if (bulk) {
            receiver.endBulk();
        }
        return bulk;
    }

    /** The packets come by another queue, since the connection began or since the NIC's rules were changed. */
    private boolean turnToOtherQueue() {
        try {
            Receiver next = channel.loop().receiverAfter(receiver, channel.socket, tried++);
            receiver = next == null ? receiver : next;
            return next != null;
        } catch (NicException e) {
            fail(e);
            return true;
        }
    }

    /** Hands a buffer to the user, or keeps what he does not want now. */
    private void offer(ByteBuf buffer) {
        ByteBuf rest = hasKept() ? buffer : deliverParts(buffer);
        if (rest != null && !releaseIfClosed(rest)) {
            if (kept == null) {
                kept = new ArrayDeque<>();
            }
            kept.add(rest);
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

    /** Delivers in parts as long as the user's allocator wants them; returns what is left, or {@code null}. */
    private ByteBuf deliverParts(ByteBuf buffer) {
        while (mayDeliver()) {
            int part = channel.socketConfig().isReceiveAdaptive()
                    ? Integer.MAX_VALUE
                    : channel.receiveHandle().guess();
            if (part <= 0 || buffer.readableBytes() <= part) {
                deliver(buffer);
                return null;
            }
            deliver(buffer.readRetainedSlice(part));
        }
        return buffer;
    }

    private boolean mayDeliver() {
        return (reading || wanted || hangUp) && channel.isAttached() && !channel.isClosing();
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
        boolean copyingOut = receiver().isCopyingOut();
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
    private void finish() {
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

    private IOException failure(int result) {
        if (result == Uring.EFAULT && receiver.isZeroCopy()) {
            return new IOException("The packets of " + channel + " come by a NIC queue that another process or group of"
                    + " event loops has bound, and only there they can be read. See by which with ethtool -n, and steer"
                    + " them to a queue of this group.");
        }
        return Errors.newIOException("recv", result);
    }

    /** Arms or cancels what the state asks for. */
    private void settle() {
        if (closed) {
            return;
        }
        boolean mayReceive = wanted || hangUp;
        if (mayReceive && state == State.IDLE && channel.isActive()) {
            arm();
        }
        if (state == State.ARMED && limit == 0 && (!mayReceive || limit() > 0 || bulk && meanOfPass < NO_BULK)) {
            state = State.CANCELLING;
            channel.submit(Uring.cancel(receive));
        }
        if (state == State.IDLE && !watchingHangUp && !hangUp && channel.isActive()) {
            watchingHangUp = channel.submit(Uring.poll(channel.socket.intValue(), Uring.POLLRDHUP)) != 0;
        }
    }

    private void arm() {
        received = 0;
        limit = limit();
        bulk = limit == 0 && meanOfPass >= BULK && receiver().hasBulk();
        receive = channel.submit(receiver().arm(channel.socket.intValue(), limit, bulk));
        if (receive != 0) {
            state = State.ARMED;
        }
    }

    private int limit() {
        int grant = channel.socketConfig().receiveGrant();
        return grant > 0 || channel.config().isAutoRead() || hangUp ? grant : BYTES_OF_A_READ;
    }

    private void wake() {
        if (channel.loop() != null) {
            channel.loop().ready(channel);
        }
    }
}
