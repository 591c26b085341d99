// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import java.io.IOException;
import net.zcrx.nic.NicException;
import net.zcrx.nic.check.Refusals;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.WaitTurn;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Uring;

/**
 * The receive side of a connection: when the kernel may receive. When the user sees what it received is up to the
 * {@link Delivery}.
 *
 * <p>With auto-read a multishot receive stays armed. Without, each read() of the user arms a receive of bounded length;
 * and so does each pass of the loop where the user has bounded what one may bring ({@code RECEIVE_GRANT}), as the next
 * is armed at a pass's end only. When no receive is armed a poll watches for the peer's end, as a receive would see it:
 * then everything is read and handed on, asked for or not, as Netty's other transports do.
 */
final class ReceiveSide extends Delivery {
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
                    armAfterWait();
                }
            }
        }
    }

    /** The connection, as its receiver sees it. */
    private final class Tenant implements Receiver.Tenant {
        @Override
        public Socket socket() {
            return channel.socket;
        }

        @Override
        public boolean isReceiving() {
            return state == State.ARMED;
        }

        @Override
        public void end(IOException cause) {
            try {
                // Without a reset the kernel keeps what came out of order until the peer has ended, too.
                channel.socket.setSoLinger(0);
            } catch (IOException e) {
                // It is closed already.
            }
            channel.raiseAndClose(cause);
        }
    }

    /** Bytes that one read of a channel without auto-read may bring: the most of Netty's adaptive reads. */
    private static final int BYTES_OF_A_READ = 64 * 1024;
    /**
     * Bytes per pass from which a connection that has had to wait for memory is received in bundles. Bundles make small
     * messages more expensive.
     */
    private static final int BULK = 128 * 1024;
    /** Bytes per pass below which such a connection is received as before again. */
    private static final int NO_BULK = 32 * 1024;

    private State state = State.IDLE;
    /** Waits for memory on this loop, one after the other; {@code null} before the first. */
    private Wait wait;

    private long receive;
    /** Bytes after which the receive that was armed last ends by itself; 0 if it does not. */
    private int limit;
    /** Whether the receive that was armed last takes bundles. */
    private boolean bulk;
    /** Whether it had to wait for memory since it last sent something. */
    private boolean waited;

    /** Bytes that the receive that was armed last has brought. Without a limit nobody asks, and it may overflow. */
    private int received;

    private int receivedThisPass;
    /** Mean of the bytes per pass, over passes that brought some; the last one counts half. */
    private int meanOfPass;

    private boolean watchingHangUp;

    /** The receiver of this loop for the queue that the packets arrive on. */
    private Receiver receiver;

    private Tenant tenant;
    /** Queues that were tried since the last byte. */
    private short tried;

    private boolean ended;
    private Throwable error;

    ReceiveSide(ZcrxSocketChannel channel) {
        super(channel);
    }

    @Override
    void requestRead() {
        super.requestRead();
        scheduleEndPassIfAttached();
    }

    @Override
    void cancelRead() {
        super.cancelRead();
        scheduleEndPassIfAttached();
    }

    /** Auto-read went off, and what is armed is for auto-read. */
    void scheduleEndPassIfAttached() {
        if (channel.isAttached()) {
            channel.scheduleEndPass();
        }
    }

    void complete(IoUringIoEvent event) {
        int result = event.res();
        if (result > 0) {
            take(event);
            if (hasKeptMuch() && isArmedWithoutLimit()) {
                // The pass lasts as long as data comes, and at its end it would be late.
                cancel();
            }
        }
        if ((event.flags() & Uring.CQE_F_MORE) == 0) {
            ended(result);
        }
        scheduleEndPassOnLoop();
    }

    private void take(IoUringIoEvent event) {
        received += event.res();
        receivedThisPass += event.res();
        tried = 0;
        channel.loop().received(event.res(), !isGrowing());
        take(event, receiver());
    }

    private Receiver receiver() {
        if (receiver == null) {
            useReceiver(channel.loop().receiver());
        }
        return receiver;
    }

    private void useReceiver(Receiver next) {
        leaveReceiver();
        receiver = next;
        if (next.isZeroCopy() && !isClosed()) {
            if (tenant == null) {
                tenant = new Tenant();
            }
            next.enter(tenant);
        }
    }

    private void leaveReceiver() {
        if (receiver != null && tenant != null) {
            receiver.leave(tenant);
        }
    }

    @Override
    boolean isCopyingOut() {
        return receiver().isCopyingOut();
    }

    /** Ends the connection, which cannot go on with a gap in its bytes; the loop can. */
    @Override
    public void fail(Throwable cause) {
        if (error == null) {
            error = cause;
        }
        deliverAll();
    }

    @Override
    boolean hasFailed() {
        return error != null;
    }

    void hangUp(int result) {
        watchingHangUp = false;
        if (result > 0) {
            deliverAll();
        }
        scheduleEndPassOnLoop();
    }

    /**
     * The connection sends, so what it received may have been a message. Bundles gain nothing for messages, and their
     * sender waits longer, as it gets fewer acknowledgments.
     */
    void sent() {
        waited = false;
    }

    /** The channel leaves its loop. */
    void leave() {
        wait = null;
        if (state == State.WAITING) {
            state = State.IDLE;
        }
        leaveReceiver();
        receiver = null;
        if (channel.config().isAutoRead()) {
            // The next loop reads anew, if auto-read is on still.
            super.cancelRead();
        }
    }

    void endPass() {
        if (receivedThisPass > 0) {
            meanOfPass = (meanOfPass + receivedThisPass) / 2;
            receivedThisPass = 0;
        }
        offerLast();
        if (!channel.isAttached() || channel.isClosing()) {
            return;
        }
        endReading(ended || error != null, error);
        if (!channel.isClosing()) {
            armOrCancel();
        }
    }

    private void armAfterWait() {
        try {
            armOrCancel();
        } catch (RuntimeException | Error e) {
            channel.raiseAndClose(e);
        }
    }

    @Override
    void close() {
        leaveReceiver();
        super.close();
    }

    private void ended(int result) {
        State before = state;
        state = State.IDLE;
        receive = 0;
        Receiver receiver = receiver();
        if ((limit == 0 || result < 0) && receiver.isExhausted(result)) {
            // What nobody wants need not wait: the user's next read arms it anew. With auto-read that is at the pass's
            // end.
            if (isWanted() || channel.config().isAutoRead()) {
                awaitMemory(receiver);
            }
        } else if (result > 0) {
            if (limit == 0 && !bulk && before == State.ARMED) {
                // The kernel disarms a multishot receive when the completion queue has no room for more; one in bulk
                // also when it could have taken the last of the memory.
                receiver.counters().add(Counter.COMPLETION_QUEUE_FULL, 1);
            }
        } else if (result == 0) {
            ended = limit == 0 || received < limit;
            if (ended) {
                deliverAll();
            }
        } else if (!mayGoOn(result)) {
            boolean elsewhere = result == -Errno.EFAULT && receiver.isZeroCopy();
            fail(elsewhere ? Refusals.foreignQueue(channel) : Errors.newIOException("recv", result));
        }
    }

    private void awaitMemory(Receiver receiver) {
        state = State.WAITING;
        waited = true;
        if (wait == null) {
            wait = new Wait();
        }
        receiver.await(wait, WaitTurn.of(receivedThisPass, meanOfPass), limit);
    }

    private boolean mayGoOn(int result) {
        return result == -Errno.ECANCELED
                || receiver.isTransient(result)
                || result == -Errno.EINVAL && leaveBulk()
                || result == -Errno.EFAULT && useOtherQueue();
    }

    /** A kernel without it refuses each receive that was armed in bulk, of which there may be several. */
    private boolean leaveBulk() {
        if (bulk) {
            receiver.endBulk();
        }
        return bulk;
    }

    /** The packets arrive on another queue, since the connection began or since the NIC's rules were changed. */
    private boolean useOtherQueue() {
        try {
            Receiver next = channel.loop().receiverAfter(receiver, channel.socket, tried++);
            if (next != null) {
                useReceiver(next);
            }
            return next != null;
        } catch (NicException e) {
            fail(e);
            return true;
        }
    }

    /** Arms or cancels what the state asks for. */
    private void armOrCancel() {
        if (isClosed()) {
            return;
        }
        boolean mayReceive = isWanted() && !channel.isInputClosed();
        if (mayReceive && state == State.IDLE && channel.isActive()) {
            arm();
        }
        if (isArmedWithoutLimit() && (isUnwelcome(mayReceive) || isOutdated())) {
            cancel();
        }
        if (state == State.IDLE && !watchingHangUp && !isDeliveringAll() && channel.isActive()) {
            watchingHangUp = channel.submit(Uring.poll(channel.socket.intValue(), Uring.POLLRDHUP)) != 0;
        }
    }

    private boolean isArmedWithoutLimit() {
        return state == State.ARMED && limit == 0;
    }

    private void cancel() {
        state = State.CANCELLING;
        channel.submit(Uring.cancel(receive));
    }

    /**
     * Whether a receive without limit has to end as nobody wants what it brings. One that brings messages may stay
     * until it has brought one: who turns auto-read off while an answer is on its way, and on again, pays nothing for
     * it.
     */
    private boolean isUnwelcome(boolean mayReceive) {
        return !mayReceive && (hasKept() || meanOfPass >= NO_BULK || channel.isInputClosed());
    }

    /** Whether a receive without limit would not be armed now as it was. */
    private boolean isOutdated() {
        return channel.socketConfig().receiveGrant() > 0 || bulk && (!waited || meanOfPass < NO_BULK);
    }

    private void arm() {
        received = 0;
        limit = limit();
        bulk = limit == 0 && waited && meanOfPass >= BULK && receiver().hasBulk();
        receive = channel.submit(receiver().arm(channel.socket.intValue(), limit, bulk));
        if (receive != 0) {
            state = State.ARMED;
        }
    }

    private int limit() {
        int grant = channel.socketConfig().receiveGrant();
        return grant > 0 || channel.config().isAutoRead() || isDeliveringAll() ? grant : BYTES_OF_A_READ;
    }

    private void scheduleEndPassOnLoop() {
        if (channel.loop() != null) {
            channel.scheduleEndPass();
        }
    }
}
