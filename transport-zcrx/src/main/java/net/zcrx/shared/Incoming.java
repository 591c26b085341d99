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
 * What this side reads. Each entry of the other side's ring becomes a buffer on the bytes where they lie. If this side
 * holds so much that the other could not go on writing, the bytes are copied and their memory goes back at once. Used
 * on the channel's event loop; buffers may be released on any thread.
 */
final class Incoming {
    /** The most areas that the other side may have named: this side must not map without bound. */
    private static final int MAX_AREAS = 64;
    /** The most messages before the one that names an area: more than a socket has room for. */
    private static final int MAX_MESSAGES = 4096;
    /** Buffer objects that are kept for reuse. */
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

    /** By number, from 1 on; {@code null} for an area that is forgotten. */
    private final ArrayList<Known> areas = new ArrayList<>();

    private int knownAreas;
    /** The leases of the area that the next message names, as descriptors. */
    private final ArrayList<Integer> nextLeases = new ArrayList<>();

    private BufferPool pool;
    private int head;
    private int seenTail;
    private int publishedHead;
    private int seenState;

    /** An area of the other side, or one that another process has handed it. */
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
     * The channel joins the loop of this thread.
     *
     * @param soon has {@link #giveBack} called before the loop sleeps; run on this thread
     * @param wakeup the same; run on any thread
     */
    void enter(Runnable soon, Runnable wakeup) {
        returns.enter(soon);
        pool = new BufferPool(returns, wakeup, KEPT_BUFFERS);
        pool.owner(Thread.currentThread());
    }

    /** The channel leaves its loop: buffers that are held may be released on any thread from now on. */
    void leave() {
        if (pool != null) {
            returns.expectLateReturns(pool.heldBuffers());
            pool.close();
            pool = null;
        }
    }

    /** Whether there is an entry to read. */
    boolean hasNext() throws RuleViolationException {
        if (head == seenTail) {
            int tail = segment.getAcquire(otherTail);
            // The other side knows of room for one ring of entries until this side publishes its head: so reading ends.
            if (tail - head < 0 || tail - publishedHead > Layout.RING) {
                throw new RuleViolationException(
                        "its ring of " + Layout.RING + " entries has " + (tail - publishedHead));
            }
            seenTail = tail;
        }
        return head != seenTail;
    }

    /** Whether there seem to be entries. {@link #hasNext} checks them. */
    boolean hasNewEntries() {
        return segment.getOpaque(otherTail) != head;
    }

    /** Whether the other side has changed its state since {@link #otherState}. */
    boolean hasNewState() {
        return segment.getOpaque(otherState) != seenState;
    }

    /** The other side's state. Entries written before it was set are found by a later {@link #hasNext()}. */
    int otherState() {
        seenState = segment.getAcquire(otherState);
        return seenState;
    }

    /** Reads the next entry. There must be one. */
    ByteBuf next(ByteBufAllocator alloc) throws IOException {
        int entry = entries + (head & Layout.RING - 1) * Layout.ENTRY_BYTES;
        int number = segment.get(entry + Layout.ENTRY_AREA);
        int offset = segment.get(entry + Layout.ENTRY_OFFSET);
        int length = segment.get(entry + Layout.ENTRY_LENGTH);
        int token = segment.get(entry + Layout.ENTRY_TOKEN);
        head++;
        Area area = number == 0 ? segment.area() : area(number);
        checkEntry(number, area, offset, length, token);
        if (returns.isMuchHeld(number, token) || pool.heldBuffers() >= Layout.RING / 2) {
            ByteBuf copy = alloc.directBuffer(length, length);
            area.copy(offset, length, copy);
            returns.giveBack(token);
            tally.add(Counter.SHARED_COPIED_OUT_BYTES, length);
            return copy;
        }
        returns.hold(number, token, length);
        return pool.get(area, offset, length, Returns.token(number, token, length), false, alloc);
    }

    private void checkEntry(int number, Area area, int offset, int length, int token) throws RuleViolationException {
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
            throw new RuleViolationException("entry " + (head - 1) + " names bytes " + offset + " to "
                    + ((long) offset + length) + " of area " + number + " by token " + token);
        }
    }

    private Area area(int number) throws IOException {
        Message message;
        for (int i = 0; number > areas.size() && i < MAX_MESSAGES && (message = control.receive()) != null; i++) {
            take(message);
        }
        Known known = number < 1 || number > areas.size() ? null : areas.get(number - 1);
        if (known == null) {
            throw new RuleViolationException("it names area " + number + " of " + areas.size());
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
        boolean ofNext = right && message.descriptor() >= 0 && number == areas.size() + 1 && knownAreas < MAX_AREAS;
        if (ofNext && message.kind() == Message.LEASE && nextLeases.size() <= ForeignLeases.MOST) {
            takeLease(message.descriptor());
        } else if (ofNext && message.kind() == Message.AREA) {
            takeArea(message);
        } else if (right && message.kind() == Message.FORGET && message.descriptors().length == 0) {
            forget(number);
        } else {
            ControlSocket.close(message.descriptors());
            throw new RuleViolationException(
                    "it sent a message of version " + message.version() + ", kind " + message.kind() + ", number "
                            + number + ", with " + message.descriptors().length + " descriptors");
        }
    }

    private void takeLease(int descriptor) throws RuleViolationException {
        if (!ForeignLeases.isPipe(descriptor)) {
            ControlSocket.close(descriptor);
            throw new RuleViolationException("it sent a lease that is no pipe");
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
            throw new RuleViolationException(
                    "it announced an area of " + area.length() + " bytes of which " + message.bytes() + " may be out");
        }
        returns.addArea(message.bytes());
    }

    private void forget(int number) throws RuleViolationException {
        Known known = number < 1 || number > areas.size() ? null : areas.get(number - 1);
        if (known == null || returns.isHeld(number)) {
            throw new RuleViolationException("it wants area " + number + " forgotten, which is unknown or in use");
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

    /** Collects what other threads have released, and tells the other side what it may use again. */
    void giveBack() {
        if (pool != null) {
            pool.drain();
        }
        boolean read = head != publishedHead;
        if (read) {
            // Release order: this side has read the entries before the other sees the head, and may overwrite them.
            segment.putRelease(ownHead, head);
            publishedHead = head;
        }
        if (returns.notifyOther(read)) {
            tally.add(Counter.SHARED_WAKE_UPS, 1);
        }
    }

    /** The loop is about to sleep. A release on another thread wakes it up, if the other side may wait for that. */
    void beforeSleep() {
        pool.wantReturns(returns.isAnyAwaited());
        // That may have collected some, for which the other side may be asleep.
        giveBack();
    }

    /** Ends reading. Entries that were not read go back now, buffers that are held when they are released. */
    void close() {
        try {
            while (hasNext()) {
                returns.giveBack(
                        segment.get(entries + (head & Layout.RING - 1) * Layout.ENTRY_BYTES + Layout.ENTRY_TOKEN));
                head++;
            }
        } catch (RuleViolationException e) {
            // It gets back what is held, and nothing else.
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
