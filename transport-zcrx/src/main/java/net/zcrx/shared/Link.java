// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import net.zcrx.receive.Counters;

/**
 * A connection: the part that writes, the part that reads, the sleep of this side, and the buffers that are out when
 * its channel has closed. It lasts until nothing of it is out: until buffers that were read are released here, and
 * those that were handed over have come back.
 */
final class Link {
    /** A side that sends without end must not keep the loop from its other channels. */
    private static final int MESSAGES_PER_PASS = 64;

    /** The facts that are known of the other side. */
    enum Other {
        PRESENT,
        /** It has closed its socket, or has ended. */
        GONE,
        /** It has broken the rules. */
        VIOLATOR
    }

    private final Segment segment;
    private final ControlSocket control;
    private final ZcrxPeer peer;
    private final Tally tally = new Tally();
    private final Incoming in;
    private final Outgoing out;
    private final int ownAsleep;
    private final int ownWaiting;
    private final int ownUsesFutex;
    private final int ownFutexWord;
    /** The words as they are, which only this side writes. */
    private int asleep;

    private int waiting;
    private long written;
    /** The memory may be unmapped from then on: nothing touches it, whoever calls. */
    private boolean closed;
    /** The directions that have yet to end before the memory may go: reading and writing. */
    private final AtomicInteger open = new AtomicInteger(2);

    /** @param side 0 if this process has connected, 1 if it has accepted */
    Link(Segment segment, ControlSocket control, ZcrxPeer peer, int side) {
        this.segment = segment;
        this.control = control;
        this.peer = peer;
        Bell bell = new Bell(segment, control, 1 - side);
        in = new Incoming(segment, control, bell, tally, side, this::end);
        out = new Outgoing(segment, control, peer, bell, tally, side);
        ownAsleep = Layout.asleep(side);
        ownWaiting = Layout.waiting(side);
        ownUsesFutex = Layout.usesFutex(side);
        ownFutexWord = Layout.futexWord(side);
    }

    int fd() {
        return control.fd();
    }

    ZcrxPeer peer() {
        return peer;
    }

    /** Enters a loop like {@link Incoming#enter}, with the loop's counters, and whether the loop waits for a futex. */
    void enter(Counters counters, boolean futex, Runnable soon, Runnable wakeup) {
        segment.putOpaque(ownUsesFutex, futex ? 1 : 0);
        tally.enter(counters);
        in.enter(soon, wakeup);
    }

    /** Called when the channel leaves its loop. */
    void leave() {
        if (!closed) {
            setAwake();
            in.leave();
            tally.leave();
        }
    }

    /**
     * Takes the messages that the other side has sent by the socket; returns whether there may be more, for the next
     * pass.
     */
    boolean takeMessages() throws IOException {
        // One for each word that is odd. The rest, as of a state, is taken with the next call.
        int wakeUps = Math.max(1, (asleep & 1) + (waiting & 1));
        for (int i = 0; i < MESSAGES_PER_PASS; i++) {
            Message message = closed ? null : control.receive();
            if (message == null) {
                return false;
            }
            if (message == Message.RING && --wakeUps == 0) {
                return false;
            }
            in.take(message);
        }
        return true;
    }

    /** The loop is awake: the other side need not wake it up. */
    void setAwake() {
        if (closed) {
            return;
        }
        if ((asleep & 1) != 0) {
            segment.putOpaque(ownAsleep, ++asleep);
        }
        if ((waiting & 1) != 0) {
            segment.putOpaque(ownWaiting, ++waiting);
        }
    }

    /** The address of the number that is 0 until this side is woken up, if the loop waits for a futex. */
    long futexAddress() {
        return segment.address(ownFutexWord);
    }

    /** Whether the other side has been asked to wake this one up. */
    boolean isToBeWoken() {
        return ((asleep | waiting) & 1) != 0;
    }

    /**
     * The loop is about to sleep. Says so to the other side, and then looks once more, as {@link Bell} explains.
     *
     * @param reads whether there is somebody to read
     * @param writes whether there is something to be written that had no room
     * @return whether there is nothing to be done
     */
    boolean maySleep(boolean reads, boolean writes) throws RuleViolationException {
        if (closed) {
            return true;
        }
        in.beforeSleep();
        // Before the words, so that this undoes no wake-up for one of them.
        segment.putOpaque(ownFutexWord, 0);
        boolean returns = writes || out.handedOver() > 0;
        if (reads) {
            asleep = nextOdd(asleep);
            segment.putRelease(ownAsleep, asleep);
        }
        if (returns) {
            waiting = nextOdd(waiting);
            segment.putRelease(ownWaiting, waiting);
        }
        VarHandle.fullFence();
        boolean work = reads && in.hasNext() || returns && out.hasNews();
        if (work) {
            setAwake();
        }
        return !work;
    }

    /**
     * Whether the other side has done anything since this one looked; new data counts only if this side {@code reads}.
     */
    boolean hasNews(boolean reads) {
        return !closed && (out.hasReturns() || reads && in.hasNewEntries() || in.hasNewState());
    }

    /** Another number than the one that was perhaps rung for. */
    private static int nextOdd(int word) {
        return word + ((word & 1) == 0 ? 1 : 2);
    }

    /** Whether the other side will write no more. Data that it has written is read then even if nobody asks for it. */
    boolean isFinished() {
        return closed || in.otherState() != Outgoing.OPEN;
    }

    /** Whether the other side will read no more. */
    boolean isClosed() {
        return closed || in.otherState() == Outgoing.CLOSED;
    }

    boolean hasNext() throws RuleViolationException {
        return !closed && in.hasNext();
    }

    ByteBuf next(ByteBufAllocator alloc) throws IOException {
        return in.next(alloc);
    }

    /** Takes back the buffers that the other side has released. Data that had no room is to be written after that. */
    void takeBack() throws RuleViolationException {
        if (!closed) {
            out.takeBack();
        }
    }

    /** Gives back the buffers that this side has released. */
    void giveBack() {
        if (!closed) {
            in.giveBack();
        }
    }

    int write(ByteBuf buffer) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int bytes = out.write(buffer);
        written += bytes;
        return bytes;
    }

    /** Bytes that were written, in all. */
    long written() {
        return written;
    }

    /** Whether it has memory that should go back to the system when nothing is written for a while. */
    boolean canTrim() {
        return !closed && out.canTrim();
    }

    /** Gives the memory of unused slots back. */
    void trim() {
        if (closed) {
            return;
        }
        try {
            out.takeBack();
        } catch (RuleViolationException e) {
            // The next pass finds the same, and tells.
            return;
        }
        out.trim();
    }

    void publish() {
        if (!closed) {
            out.publish();
        }
    }

    /** Called when this side will write no more. */
    void finish() {
        if (!closed) {
            out.announceState(Outgoing.FINISHED);
        }
    }

    /**
     * Called when the channel has closed. The other side learns so, and sees the end of the socket when nothing is held
     * here.
     *
     * @param other the facts that are known of the other side
     * @param eventLoop waits for the buffers that were handed over, if there are any
     */
    void close(Other other, Supplier<EventLoop> eventLoop) {
        if (closed) {
            return;
        }
        setAwake();
        closed = true;
        // From now on the wait for handed-over buffers is by the socket.
        segment.putOpaque(ownUsesFutex, 0);
        // A side that has broken the rules learns of it, too.
        out.announceState(Outgoing.CLOSED);
        in.close();
        if (other == Other.PRESENT && out.handedOver() > 0) {
            new Lingering(this, out).begin(eventLoop.get());
        } else {
            endWriting(other);
        }
    }

    /** Closes a connection that was accepted, and that nobody takes. */
    void refuse() {
        close(Other.PRESENT, () -> null);
    }

    /** Ends the writing side: no loop waits any more for the buffers that were handed over. */
    void endWriting(Other other) {
        boolean back = true;
        if (other == Other.VIOLATOR) {
            out.takeAllBack();
        } else {
            back = out.expire();
        }
        boolean ended = back || other == Other.GONE;
        if (!back) {
            Orphans.add(ended ? out::takeBackUnread : this::takeBackReturned);
        }
        if (ended) {
            end();
        }
    }

    /** Takes back the buffers that the other side, which is still there, has returned; no loop waits for them. */
    private boolean takeBackReturned() {
        boolean back = out.takeBackReturned();
        if (back) {
            end();
        }
        return back;
    }

    /** Makes the other side wake this one up when it returns the next tokens, those that are stored by now excepted. */
    void requestWakeUp() {
        waiting = nextOdd(waiting);
        segment.putRelease(ownWaiting, waiting);
        VarHandle.fullFence();
    }

    /** Drops the messages that still arrive on the socket: none is of use. */
    boolean drainMessages() throws RuleViolationException {
        for (int i = 0; i < MESSAGES_PER_PASS; i++) {
            try {
                Message message = control.receive();
                if (message == null) {
                    return false;
                }
                ControlSocket.close(message.descriptors());
            } catch (RuleViolationException e) {
                throw e;
            } catch (IOException e) {
                // This process had no descriptor left for those of the message, which are not wanted.
                continue;
            }
        }
        return true;
    }

    private void end() {
        if (open.decrementAndGet() == 0) {
            control.close();
            segment.release();
        }
    }
}
