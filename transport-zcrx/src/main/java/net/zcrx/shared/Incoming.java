// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.receive.Counters.Counter;

/**
 * What a side reads. Each entry of the other's ring becomes a buffer on the very bytes; if so much is held already that
 * the other side could not write on, the bytes are copied, and their memory goes back at once. On the channel's loop,
 * but for the release of buffers.
 */
final class Incoming {
    /** Most areas that the other side may name, so that it cannot have this side map without end. */
    private static final int MAX_AREAS = 64;
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

    /** By number, from 1 on; {@code null} if it is forgotten. */
    private final ArrayList<Known> areas = new ArrayList<>();

    private int knownAreas;
    /** Descriptors of leases, of the area that comes next. */
    private final ArrayList<Integer> nextLeases = new ArrayList<>();

    private BufferPool pool;
    private int head;
    private int seenTail;
    private int publishedHead;
    private int seenState;

    /** An area of the other side, or one that it was handed. */
    private record Known(Area area, List<ForeignLeases.Held> leases) {}

    Incoming(Segment segment, ControlSocket control, Bell bell, Tally tally, int side, Runnable ended) {
        this.tally = tally;
        this.segment = segment;
        this.control = control;
        returns = new Returns(segment, bell, side, () -> {
            areas.forEach(Incoming::releaseLeases);
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

    /** The channel leaves its loop: what is held is released on any thread from now on. */
    void leave() {
        if (pool != null) {
            returns.late(pool.heldBuffers());
            pool.close();
            pool = null;
        }
    }

    /** Whether there is an entry to be read. */
    boolean hasNext() throws LiarException {
        if (head == seenTail) {
            int tail = segment.getAcquire(otherTail);
            // Until it is told of more room it has that of its ring: so what is read in one go has an end.
            if (tail - head < 0 || tail - publishedHead > Layout.RING) {
                throw new LiarException("its ring of " + Layout.RING + " entries has " + (tail - publishedHead));
            }
            seenTail = tail;
        }
        return head != seenTail;
    }

    /** Whether there are entries, which {@link #hasNext} checks. */
    boolean isWritten() {
        return segment.getOpaque(otherTail) != head;
    }

    /** Whether the other side has told something of itself since {@link #otherState}. */
    boolean isStateNew() {
        return segment.getOpaque(otherState) != seenState;
    }

    /** What the other side has told of itself: asked before {@link #hasNext()}, it covers what that finds. */
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
        Area area = number == 0 ? segment.area() : area(number);
        checkEntry(number, area, offset, length, token);
        if (returns.isMuch(number, token) || pool.heldBuffers() >= Layout.RING / 2) {
            ByteBuf copy = alloc.directBuffer(length, length);
            area.copy(offset, length, copy);
            returns.give(token);
            tally.add(Counter.SHARED_COPIED_OUT_BYTES, length);
            return copy;
        }
        returns.hold(number, token, length);
        return pool.get(area, offset, length, Returns.token(number, token, length), false, alloc);
    }

    private void checkEntry(int number, Area area, int offset, int length, int token) throws LiarException {
        boolean right = offset >= 0 && length > 0 && (long) offset + length <= area.length();
        right &= token >= 0 && token < Layout.SLOTS + Layout.RING;
        right &= returns.mayHold(number, length);
        if (number == 0) {
            int slot = (offset - slotsBegin) / Layout.SLOT_BYTES;
            right &= offset >= slotsBegin
                    && offset + length <= slotsEnd
                    && slot == token
                    && slot == (offset + length - 1 - slotsBegin) / Layout.SLOT_BYTES;
        }
        if (!right) {
            throw new LiarException("entry " + (head - 1) + " names bytes " + offset + " to " + ((long) offset + length)
                    + " of area " + number + " by token " + token);
        }
    }

    private Area area(int number) throws IOException {
        Message message;
        for (int i = 0; number > areas.size() && i < MAX_MESSAGES && (message = control.receive()) != null; i++) {
            take(message);
        }
        Known known = number < 1 || number > areas.size() ? null : areas.get(number - 1);
        if (known == null) {
            throw new LiarException("it names area " + number + " of " + areas.size());
        }
        return known.area;
    }

    /** Takes a message of the other side. */
    void take(Message message) throws IOException {
        boolean right = message.isOfThisVersion();
        if (right && message.kind() == Message.WAKE && message.descriptors().length == 0) {
            return;
        }
        int number = message.number();
        boolean next = right && message.descriptor() >= 0 && number == areas.size() + 1 && knownAreas < MAX_AREAS;
        if (next && message.kind() == Message.LEASE && nextLeases.size() <= ForeignLeases.MOST) {
            takeLease(message.descriptor());
        } else if (next && message.kind() == Message.AREA) {
            takeArea(message);
        } else if (right && message.kind() == Message.FORGET && message.descriptors().length == 0) {
            forget(number);
        } else {
            ControlSocket.close(message.descriptors());
            throw new LiarException("it sent a message of version " + message.version() + ", kind " + message.kind()
                    + ", number " + number + ", with " + message.descriptors().length + " descriptors");
        }
    }

    private void takeLease(int descriptor) throws LiarException {
        if (!ForeignLeases.isPipe(descriptor)) {
            ControlSocket.close(descriptor);
            throw new LiarException("it sent a lease that is no pipe");
        }
        nextLeases.add(descriptor);
    }

    private void takeArea(Message message) throws IOException {
        Area area = ForeignAreas.map(message.descriptor());
        Known known = new Known(area, new ArrayList<>());
        areas.add(known);
        knownAreas++;
        while (!nextLeases.isEmpty()) {
            known.leases.add(ForeignLeases.hold(area, nextLeases.remove(0)));
        }
        if (message.bytes() < 1 || message.bytes() > area.length()) {
            throw new LiarException(
                    "up to " + message.bytes() + " bytes of an area of " + area.length() + " may be out, it said");
        }
        returns.area(message.bytes());
    }

    private void forget(int number) throws LiarException {
        Known known = number < 1 || number > areas.size() ? null : areas.get(number - 1);
        if (known == null || returns.isHeld(number)) {
            throw new LiarException("area " + number + " is to be forgotten, it said, which is not there or in use");
        }
        areas.set(number - 1, null);
        knownAreas--;
        known.area.release();
        releaseLeases(known);
    }

    private static void releaseLeases(Known known) {
        if (known != null) {
            known.leases.forEach(ForeignLeases.Held::release);
        }
    }

    /** Takes back what other threads have released, and tells the other side what it may use again. */
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
        if (returns.tell(read)) {
            tally.add(Counter.SHARED_WAKE_UPS, 1);
        }
    }

    /** The loop is about to sleep: what is released elsewhere wakes it up, if the other side may need it. */
    void beforeSleep() {
        pool.wantReturns(returns.isAnyNeeded());
        // That may have taken some back, and who waits for them is asleep.
        giveBack();
    }

    /** Nothing more is read: entries that are left go back, and buffers that are held when they are released. */
    void close() {
        try {
            while (hasNext()) {
                returns.give(segment.get(entries + (head & Layout.RING - 1) * Layout.ENTRY_BYTES + Layout.ENTRY_TOKEN));
                head++;
            }
        } catch (LiarException e) {
            // Then it gets nothing back but what is held.
            head = seenTail;
        }
        giveBack();
        leave();
        areas.stream().filter(Objects::nonNull).forEach(known -> known.area.release());
        nextLeases.forEach(ControlSocket::close);
        nextLeases.clear();
        returns.close();
    }
}
