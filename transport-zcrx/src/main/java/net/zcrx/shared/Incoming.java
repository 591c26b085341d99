// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.receive.Counters.Counter;

/**
 * The reading part of a side. Each entry of the other's ring becomes a buffer on the very bytes; if so much is held
 * already that the other side could not write on, the bytes are copied, and their memory goes back at once. On the
 * channel's loop, but for the release of buffers.
 */
final class Incoming {
    /** More than a socket has room for, before the one that names an area. */
    private static final int MAX_MESSAGES = 4096;
    /** Objects that are kept for the next buffers. */
    private static final int KEPT_BUFFERS = 64;

    private final Segment segment;
    private final ControlSocket control;
    private final Returns returns;
    private final Tally tally;
    private final int ownHead;
    private final int entries;
    private final int slotsBegin;
    private final int slotsEnd;
    private final int otherTail;
    private final int otherState;

    private final KnownAreas areas = new KnownAreas();

    private BufferPool pool;
    private int head;
    private int seenTail;
    private int publishedHead;
    private int seenState;

    Incoming(Segment segment, ControlSocket control, Bell bell, Tally tally, int side, Runnable ended) {
        this.tally = tally;
        this.segment = segment;
        this.control = control;
        returns = new Returns(segment, bell, side, () -> {
            areas.releaseLeases();
            ended.run();
        });
        ownHead = Layout.head(side);
        int other = 1 - side;
        entries = Layout.data(other);
        slotsBegin = Layout.slots(other);
        slotsEnd = slotsBegin + Layout.SLOTS * Layout.SLOT_BYTES;
        otherTail = Layout.tail(other);
        otherState = Layout.state(other);
    }

    /**
     * Buffers belong to this thread's loop from now on.
     *
     * @param soon has {@link #giveBack} called before the loop sleeps
     * @param wakeup the same, on any thread
     */
    void enter(Runnable soon, Runnable wakeup) {
        returns.enter(soon);
        pool = new BufferPool(returns, wakeup, KEPT_BUFFERS);
        pool.owner(Thread.currentThread());
    }

    /** Called when the channel leaves its loop: held buffers are released on any thread from now on. */
    void leave() {
        if (pool != null) {
            returns.expectLateReturns(pool.heldBuffers());
            pool.close();
            pool = null;
        }
    }

    /** Whether there is an entry to be read. */
    boolean hasNext() throws RuleViolationException {
        if (head == seenTail) {
            int tail = segment.getAcquire(otherTail);
            // The other side has the room of its ring until it learns of more: so one turn of reading has an end.
            if (tail - head < 0 || tail - publishedHead > Layout.RING) {
                throw new RuleViolationException(
                        "its ring of " + Layout.RING + " entries has " + (tail - publishedHead));
            }
            seenTail = tail;
        }
        return head != seenTail;
    }

    /** Whether there are entries, which {@link #hasNext} checks. */
    boolean hasNewEntries() {
        return segment.getOpaque(otherTail) != head;
    }

    /** Whether the other side has told something of itself since {@link #otherState}. */
    boolean hasNewState() {
        return segment.getOpaque(otherState) != seenState;
    }

    /**
     * The state that the other side has announced. If it is read before {@link #hasNext()}, it covers the entries that
     * this finds.
     */
    int otherState() {
        seenState = segment.getAcquire(otherState);
        return seenState;
    }

    /** Reads the next entry, which there is. */
    ByteBuf next(ByteBufAllocator alloc) throws IOException {
        int entry = entries + (head & Layout.RING - 1) * Layout.ENTRY_BYTES;
        int number = segment.get(entry + Layout.ENTRY_AREA);
        int offset = segment.get(entry + Layout.ENTRY_OFFSET);
        int length = segment.get(entry + Layout.ENTRY_LENGTH);
        int token = segment.get(entry + Layout.ENTRY_TOKEN);
        head++;
        KnownAreas.Known known = number == 0 ? null : area(number);
        Area area = known == null ? segment.area() : known.area();
        int place = known == null ? 0 : known.place();
        checkEntry(number, returns.mayHold(place, length), area, offset, length, token);
        if (returns.isMuchHeld(place, token) || pool.heldBuffers() >= Layout.RING / 2) {
            ByteBuf copy = alloc.directBuffer(length, length);
            area.copy(offset, length, copy);
            returns.giveBack(token);
            tally.add(Counter.SHARED_COPIED_OUT_BYTES, length);
            return copy;
        }
        returns.hold(place, token, length);
        return pool.get(area, offset, length, Returns.token(place, token, length), false, alloc);
    }

    private void checkEntry(int number, boolean mayHold, Area area, int offset, int length, int token)
            throws RuleViolationException {
        boolean right = mayHold && offset >= 0 && length > 0 && (long) offset + length <= area.length();
        right &= token >= 0 && token < Layout.SLOTS + Layout.RING;
        if (number == 0) {
            int slot = (offset - slotsBegin) / Layout.SLOT_BYTES;
            right &= offset >= slotsBegin
                    && offset + length <= slotsEnd
                    && slot == token
                    && slot == (offset + length - 1 - slotsBegin) / Layout.SLOT_BYTES;
        }
        if (!right) {
            throw new RuleViolationException("entry " + (head - 1) + " names bytes " + offset + " to "
                    + ((long) offset + length) + " of area " + number + " by token " + token);
        }
    }

    private KnownAreas.Known area(int number) throws IOException {
        Message message;
        for (int i = 0; number > areas.lastNumber() && i < MAX_MESSAGES && (message = control.receive()) != null; i++) {
            take(message);
        }
        KnownAreas.Known known = areas.find(number);
        if (known == null) {
            throw new RuleViolationException("it names area " + number + " of " + areas.lastNumber());
        }
        return known;
    }

    /** Takes a message of the other side. */
    void take(Message message) throws IOException {
        boolean right = message.isOfThisVersion();
        boolean bare = right && message.descriptors().length == 0;
        if (bare && message.kind() == Message.WAKE) {
            return;
        }
        boolean next = right && areas.isNext(message);
        if (next && message.kind() == Message.LEASE) {
            areas.takeLease(message.descriptor());
        } else if (next && message.kind() == Message.AREA) {
            takeArea(message);
        } else if (bare && message.kind() == Message.FORGET) {
            forget(message.number());
        } else {
            ControlSocket.close(message.descriptors());
            throw new RuleViolationException(
                    "it sent a message of version " + message.version() + ", kind " + message.kind() + ", number "
                            + message.number() + ", with " + message.descriptors().length + " descriptors");
        }
    }

    private void takeArea(Message message) throws IOException {
        KnownAreas.Known known = areas.takeArea(message.descriptor());
        int length = known.area().length();
        if (message.bytes() < 1 || message.bytes() > length) {
            throw new RuleViolationException(
                    "up to " + message.bytes() + " bytes of an area of " + length + " may be out, it said");
        }
        returns.addArea(known.place(), message.bytes());
    }

    private void forget(int number) throws RuleViolationException {
        KnownAreas.Known known = areas.find(number);
        if (known == null && areas.forgetLeases(number)) {
            return;
        }
        if (known == null || returns.isHeld(known.place())) {
            throw new RuleViolationException(
                    "area " + number + " is to be forgotten, it said, which is not there or in use");
        }
        areas.forget(known);
        if (pool != null) {
            pool.forget(known.area());
        }
    }

    /**
     * Takes back the buffers that other threads have released, and tells the other side which memory it may use again.
     */
    void giveBack() {
        if (pool != null) {
            pool.drain();
        }
        boolean read = head != publishedHead;
        if (read) {
            // The release orders the reads of entries before the head: their places may be written again from then on.
            segment.putRelease(ownHead, head);
            publishedHead = head;
        }
        if (returns.notifyOther(read)) {
            tally.add(Counter.SHARED_WAKE_UPS, 1);
        }
    }

    /**
     * Called when the loop is about to sleep: from now on a release on another thread wakes it up, if the other side
     * may need the memory.
     */
    void beforeSleep() {
        pool.wantReturns(returns.isAnyAwaited());
        // That may have taken buffers back while the connection that waits for them is asleep.
        giveBack();
    }

    /** Nothing more is read: entries that are left go back, and buffers that are held when they are released. */
    void close() {
        try {
            while (hasNext()) {
                returns.giveBack(
                        segment.get(entries + (head & Layout.RING - 1) * Layout.ENTRY_BYTES + Layout.ENTRY_TOKEN));
                head++;
            }
        } catch (RuleViolationException e) {
            // Then the other side gets only the held buffers back.
            head = seenTail;
        }
        giveBack();
        leave();
        areas.close();
        returns.close();
    }
}
