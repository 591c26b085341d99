// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import net.zcrx.memory.Area;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.DirectAddress;

/**
 * What this side writes. Received buffers are handed over where they lie, all others are copied into slots; and what
 * the other side returns is taken back. Used on the channel's event loop.
 */
final class Outgoing {
    /** The side writes. */
    static final int OPEN = 0;
    /** The side will write no more. */
    static final int FINISHED = 1;
    /** The side will read no more, too. */
    static final int CLOSED = 2;

    private final Segment segment;
    private final Bell bell;
    private final Tally tally;
    private final CopySlots slots;
    private final HandedOver handedOver;
    private final int ownTail;
    private final int ownState;
    private final int entries;
    private final int otherHead;
    private final int otherReturned;
    private final int tokens;
    /** How many entries were written. */
    private int tail;
    /** How many of them the other side can see. */
    private int published;
    /** How many of them the other side had read when this side looked last. */
    private int seenHead;
    /** How many tokens were taken back: one for each entry. */
    private int taken;

    Outgoing(Segment segment, ControlSocket control, ZcrxPeer peer, Bell bell, Tally tally, int side) {
        this.segment = segment;
        this.bell = bell;
        this.tally = tally;
        slots = new CopySlots(segment, side);
        handedOver = new HandedOver(control, peer, tally);
        ownTail = Layout.tail(side);
        ownState = Layout.state(side);
        entries = Layout.data(side);
        int other = 1 - side;
        otherHead = Layout.head(other);
        otherReturned = Layout.returned(other);
        tokens = Layout.returns(other);
    }

    /** Writes as many bytes as have room, and returns how many. The other side sees them after {@link #publish()}. */
    int write(ByteBuf buffer) throws RuleViolationException {
        int index = buffer.readerIndex();
        int length = buffer.readableBytes();
        ByteBuf owner = HandedOver.owner(buffer);
        if (owner == null) {
            return copy(buffer, index, length);
        }
        if (buffer.nioBufferCount() > 1) {
            return writeParts(owner, buffer);
        }
        return write(owner, buffer, index, length, buffer.isDirect() ? DirectAddress.of(buffer, index, length) : 0);
    }

    /** Writes a composite: its received buffers lie in different places. */
    private int writeParts(ByteBuf owner, ByteBuf buffer) throws RuleViolationException {
        int done = 0;
        for (ByteBuffer part : buffer.nioBuffers()) {
            int bytes = part.remaining();
            long address = part.isDirect() ? DirectAddress.of(part) : 0;
            int written = write(owner, buffer, buffer.readerIndex() + done, bytes, address);
            done += written;
            if (written < bytes) {
                break;
            }
        }
        return done;
    }

    /**
     * @param owner the buffer whose reference keeps the bytes
     * @param address the address of the first byte; 0 if the bytes are in Java's heap
     */
    private int write(ByteBuf owner, ByteBuf buffer, int index, int length, long address)
            throws RuleViolationException {
        Area area = address == 0 ? null : HandedOver.area(address, length);
        boolean known = area != null && handedOver.numberOf(area) != 0;
        return known ? handOver(owner, area, address, length) : copy(buffer, index, length);
    }

    private int handOver(ByteBuf owner, Area area, long address, int length) throws RuleViolationException {
        int number = handedOver.numberOf(area);
        int offset = (int) (address - area.address());
        endRun();
        int done = 0;
        while (done < length && hasEntry()) {
            int piece = handedOver.room(area, length - done);
            if (piece == 0) {
                break;
            }
            add(number, offset + done, piece, handedOver.add(owner, area, piece));
            tally.add(Counter.SHARED_HANDED_OVER_BYTES, piece);
            done += piece;
        }
        return done;
    }

    private int copy(ByteBuf buffer, int index, int length) throws RuleViolationException {
        int done = 0;
        // Each run needs an entry: reserve it before the run begins.
        while (done < length && (slots.hasRun() || hasEntry())) {
            int bytes = slots.copy(buffer, index + done, length - done);
            if (bytes == 0 && !takeBack()) {
                break;
            }
            done += bytes;
            if (slots.isRunFull()) {
                // The other side can read while the bytes are in the cache, and return the slot while this one writes.
                publish();
            }
        }
        tally.add(Counter.SHARED_COPIED_BYTES, done);
        return done;
    }

    private void endRun() {
        if (slots.hasRun()) {
            int offset = slots.offset();
            int length = slots.length();
            add(0, offset, length, slots.endRun());
        }
    }

    private boolean hasEntry() throws RuleViolationException {
        // The current run has reserved an entry.
        int used = slots.hasRun() ? 1 : 0;
        if (tail + used - seenHead >= Layout.RING) {
            seenHead = otherHead();
        }
        // Each entry comes back as a token: the other side's ring needs room for it, too.
        return tail + used - seenHead < Layout.RING && tail + used - taken < Layout.RING;
    }

    private int otherHead() throws RuleViolationException {
        int head = segment.getAcquire(otherHead);
        if (head - seenHead < 0 || published - head < 0) {
            throw new RuleViolationException(
                    "it read " + (head - seenHead) + " of " + (published - seenHead) + " entries");
        }
        return head;
    }

    private void add(int area, int offset, int length, int token) {
        int entry = entries + (tail & Layout.RING - 1) * Layout.ENTRY_BYTES;
        segment.put(entry + Layout.ENTRY_AREA, area);
        segment.put(entry + Layout.ENTRY_OFFSET, offset);
        segment.put(entry + Layout.ENTRY_LENGTH, length);
        segment.put(entry + Layout.ENTRY_TOKEN, token);
        tail++;
    }

    /** Lets the other side see what was written. */
    void publish() {
        endRun();
        if (tail != published) {
            // Release order: entries and the bytes in the slots are written before the other side sees the tail.
            segment.putRelease(ownTail, tail);
            published = tail;
            if (bell.ringForData()) {
                tally.add(Counter.SHARED_WAKE_UPS, 1);
            }
        }
    }

    /** Announces one of the states above. */
    void announceState(int state) {
        publish();
        segment.putRelease(ownState, state);
        bell.ring();
    }

    /** Takes back what the other side has returned. Returns whether there was anything. */
    boolean takeBack() throws RuleViolationException {
        int returned = segment.getAcquire(otherReturned);
        int count = returned - taken;
        if (count < 0 || count > published - taken) {
            throw new RuleViolationException("it returned " + count + " of " + (published - taken) + " tokens");
        }
        for (int i = 0; i < count; i++) {
            int token = segment.get(tokens + (taken & Layout.RING - 1) * Integer.BYTES);
            boolean there = token >= 0 && token < Layout.SLOTS ? slots.takeBack(token) : handedOver.takeBack(token);
            if (!there) {
                throw new RuleViolationException("it returned token " + token + ", which it does not have");
            }
            taken++;
        }
        handedOver.forgetStale();
        return count > 0;
    }

    /** Whether there seem to be tokens. {@link #takeBack} checks them. */
    boolean hasReturns() {
        return segment.getOpaque(otherReturned) != taken;
    }

    /** Whether the other side has returned something, or has made room in a full ring. */
    boolean hasNews() throws RuleViolationException {
        return takeBack() || otherHead() != seenHead && tail - seenHead >= Layout.RING;
    }

    /** Whether {@link #trim} may be of use. */
    boolean canTrim() {
        return slots.canTrim() || handedOver.hasUnused();
    }

    /** Gives up the memory and leases that are not in use. Call {@link #takeBack} before. */
    void trim() {
        handedOver.forgetUnused();
        slots.trim(segment.area());
    }

    /** How many received buffers are out. */
    int handedOver() {
        return handedOver.count();
    }

    /** Takes back all that is out, after the other side has broken the rules. */
    void takeAllBack() {
        handedOver.takeAllBack();
    }

    /** The other side is gone: what is out is taken back as soon as no process can read it. */
    void expire() {
        try {
            takeBack();
            handedOver.expire();
        } catch (RuleViolationException e) {
            // It had broken the rules.
            takeAllBack();
        }
    }
}
