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
 * A connection: what this side writes and reads, and when it sleeps. It outlives its channel until nothing of it is
 * out: until all buffers that were read are released here, and all that were handed over have come back.
 */
final class Link {
    /** The most messages per pass, so that a side that sends without end does not starve the loop's other channels. */
    private static final int MESSAGES_PER_PASS = 64;

    /** What is known of the other side. */
    enum Other {
        /** It takes part. */
        PRESENT,
        /** It has closed its socket, or has ended. */
        GONE,
        /** It has broken the rules, and nothing that it writes is read any more. */
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
    /** What this side has stored at {@link Layout#asleep}. */
    private int asleep;
    /** What this side has stored at {@link Layout#waiting}. */
    private int waiting;

    private long written;
    /** Whether the memory may be unmapped, so that no method may touch it. */
    private boolean closed;
    /** Reading and writing, as far as they have not ended: the last of them releases the memory. */
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

    /**
     * The channel joins a loop.
     *
     * @param counters the loop's
     * @param futex whether the loop waits for a futex
     * @param soon see {@link Incoming#enter}
     * @param wakeup see {@link Incoming#enter}
     */
    void enter(Counters counters, boolean futex, Runnable soon, Runnable wakeup) {
        segment.putOpaque(ownUsesFutex, futex ? 1 : 0);
        tally.enter(counters);
        in.enter(soon, wakeup);
    }

    /** The channel leaves its loop. */
    void leave() {
        if (!closed) {
            setAwake();
            in.leave();
            tally.leave();
        }
    }

    /** Takes the messages on the socket. Returns whether there may be more, which is for the next pass. */
    boolean takeMessages() throws IOException {
        // At most one wake-up for each odd word. Other messages, as of a changed state, can wait for the next one.
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

    /** Announces that the loop is awake: the other side need not wake it up. */
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

    /** The address of this side's futex: 0 until the other side wakes this one up. */
    long futexAddress() {
        return segment.address(ownFutexWord);
    }

    /** Whether this side has announced that it sleeps. */
    boolean isToBeWoken() {
        return ((asleep | waiting) & 1) != 0;
    }

    /**
     * The loop is about to sleep. Announces that to the other side, then looks once more, as {@link Bell} explains.
     *
     * @param reads whether the channel reads
     * @param writes whether the channel has something to write that had no room
     * @return whether there is nothing to do
     */
    boolean maySleep(boolean reads, boolean writes) throws RuleViolationException {
        if (closed) {
            return true;
        }
        in.beforeSleep();
        // Before the words are odd: later it could undo a wake-up.
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

    /** Whether the other side has done anything since this one looked. New data counts only if the channel reads. */
    boolean hasNews(boolean reads) {
        return !closed && (out.hasReturns() || reads && in.hasNewEntries() || in.hasNewState());
    }

    /** The next odd number: the other side may have rung for this one. */
    private static int nextOdd(int word) {
        return word + ((word & 1) == 0 ? 1 : 2);
    }

    /** Whether the other side will write no more. What it has written is then read without a request. */
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

    /** Takes back what the other side has released, which may make room for what had none. */
    void takeBack() throws RuleViolationException {
        if (!closed) {
            out.takeBack();
        }
    }

    /** Gives back what this side has released. */
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

    /** How many bytes were written in total. */
    long written() {
        return written;
    }

    /** Whether it has memory that should go back to the system if nothing is written for a while. */
    boolean canTrim() {
        return !closed && out.canTrim();
    }

    /** Gives that memory back. */
    void trim() {
        if (closed) {
            return;
        }
        try {
            out.takeBack();
        } catch (RuleViolationException e) {
            // The next pass finds the same, and reports it.
            return;
        }
        out.trim();
    }

    void publish() {
        if (!closed) {
            out.publish();
        }
    }

    /** Announces that this side will write no more. */
    void finish() {
        if (!closed) {
            out.announceState(Outgoing.FINISHED);
        }
    }

    /**
     * The channel has closed, which the other side is told. It sees the end of the socket when nothing is held here.
     *
     * @param other what is known of the other side
     * @param eventLoop the loop that waits for what was handed over, if there is any
     */
    void close(Other other, Supplier<EventLoop> eventLoop) {
        if (closed) {
            return;
        }
        setAwake();
        closed = true;
        // The wait for buffers that are out uses the socket.
        segment.putOpaque(ownUsesFutex, 0);
        // A side that has broken the rules is told, too.
        out.announceState(Outgoing.CLOSED);
        in.close();
        if (other == Other.PRESENT && out.handedOver() > 0) {
            new Lingering(this, out).begin(eventLoop.get());
        } else {
            endWriting(other);
        }
    }

    /** Closes a connection that was accepted, but for which there will be no channel. */
    void refuse() {
        close(Other.PRESENT, () -> null);
    }

    /** Ends the wait for what was handed over: it does not come back through this connection any more. */
    void endWriting(Other other) {
        if (other == Other.VIOLATOR) {
            out.takeAllBack();
        } else {
            out.expire();
        }
        end();
    }

    /** Has the other side wake this one up for tokens that it stores from now on. */
    void requestWakeUp() {
        waiting = nextOdd(waiting);
        segment.putRelease(ownWaiting, waiting);
        VarHandle.fullFence();
    }

    /** Discards the messages on the socket, and otherwise does as {@link #takeMessages()}. */
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
                // This process had no descriptor left for a message that is discarded anyway.
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
