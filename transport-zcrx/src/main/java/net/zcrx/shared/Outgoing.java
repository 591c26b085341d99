// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import net.zcrx.memory.Area;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.DirectAddress;

/**
 * The writing part of a side: it hands received buffers over where they lie, copies all others into slots, and takes
 * back the buffers that the other side returns. On the channel's loop.
 */
final class Outgoing {
    /** State: the side writes. */
    static final int OPEN = 0;
    /** State: the side will write no more. */
    static final int FINISHED = 1;
    /** State: the side will neither write nor read any more. */
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
    /** Entries written, and of them those that the other side can see. */
    private int tail;

    private int published;
    private int seenHead;
    /** Tokens taken back: each entry has one. */
    private int taken;
    /**
     * Set when the last piece that was written is long, and handed over. A short piece behind it, such as the end of a
     * page at which a receive ended, takes an entry of its own in any case: copied it would only be copied.
     */
    private boolean behindLong;

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

    /** Writes what there is room for; returns how many bytes. The other side sees them with {@link #publish()}. */
    int write(ByteBuf buffer) throws RuleViolationException {
        int index = buffer.readerIndex();
        int length = buffer.readableBytes();
        ByteBuf owner = HandedOver.owner(buffer);
        if (owner == null) {
            behindLong = false;
            return copy(buffer, index, length);
        }
        if (buffer.nioBufferCount() > 1) {
            return writeParts(owner, buffer);
        }
        return write(owner, buffer, index, length, buffer.isDirect() ? DirectAddress.of(buffer, index, length) : 0);
    }

    /** Writes received buffers that were put together one by one, as each lies elsewhere. */
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
     * @param owner keeps the bytes where they are
     * @param address of the first byte; 0 if they lie in the heap
     */
    private int write(ByteBuf owner, ByteBuf buffer, int index, int length, long address)
            throws RuleViolationException {
        boolean isLong = length >= HandedOver.LEAST_BYTES;
        Area area = address != 0 && (isLong || behindLong) ? Area.shareable(address, length) : null;
        HandedOver.Announced announced = area == null ? null : handedOver.announced(area);
        behindLong = announced != null && isLong;
        return announced == null
                ? copy(buffer, index, length)
                : handOver(owner, buffer, announced, (int) (address - area.address()), length);
    }

    private int handOver(ByteBuf owner, ByteBuf view, HandedOver.Announced area, int offset, int length)
            throws RuleViolationException {
        endRun();
        int done = 0;
        while (done < length && hasEntry()) {
            int piece = handedOver.room(area, length - done);
            if (piece == 0) {
                break;
            }
            add(area.number, offset + done, piece, handedOver.add(owner, view, area, piece));
            tally.add(Counter.SHARED_HANDED_OVER_BYTES, piece);
            done += piece;
        }
        return done;
    }

    private int copy(ByteBuf buffer, int index, int length) throws RuleViolationException {
        int done = 0;
        // Each run takes an entry, which has to be there when the run is ended.
        while (done < length && (slots.hasRun() || hasEntry())) {
            int bytes = slots.copy(buffer, index + done, length - done);
            if (bytes == 0 && !takeBack()) {
                break;
            }
            done += bytes;
            if (slots.isRunFull()) {
                // So that the other side reads bytes that are in the cache, and returns them while this side writes on.
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
        // A run that is being filled has its entry already.
        int used = slots.hasRun() ? 1 : 0;
        if (tail + used - seenHead >= Layout.RING) {
            seenHead = otherHead();
        }
        // Each entry comes back as a token, for which the other side's ring must have room.
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

    /** Lets the other side see the entries that were written. */
    void publish() {
        endRun();
        if (tail != published) {
            // The release orders the entries, and the bytes in the slots, before the tail.
            segment.putRelease(ownTail, tail);
            published = tail;
            if (bell.ringForData()) {
                tally.add(Counter.SHARED_WAKE_UPS, 1);
            }
        }
    }

    /** Announces a state of this side, one of those above, to the other one. */
    void announceState(int state) {
        publish();
        segment.putRelease(ownState, state);
        bell.ring();
    }

    /** Takes back the buffers that the other side has returned; returns whether there were any. */
    boolean takeBack() throws RuleViolationException {
        boolean any = takeTokens();
        handedOver.sweep();
        return any;
    }

    private boolean takeTokens() throws RuleViolationException {
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
        return count > 0;
    }

    /** Whether there are tokens, which {@link #takeBack} checks. */
    boolean hasReturns() {
        return segment.getOpaque(otherReturned) != taken;
    }

    /** Whether the other side has read entries since this side looked last for room. */
    boolean hasNews() throws RuleViolationException {
        return takeBack() || otherHead() != seenHead && tail - seenHead >= Layout.RING;
    }

    /** Whether {@link #trim} may be of use. */
    boolean canTrim() {
        return slots.canTrim() || handedOver.hasUnused();
    }

    /** Gives back what memory and leases are not in use, after {@link #takeBack}. */
    void trim() {
        handedOver.forgetUnused();
        slots.trim(segment.area());
    }

    /** Received buffers that are out. */
    int handedOver() {
        return handedOver.count();
    }

    /** The other side breaks the rules: all that is out is taken from it. */
    void takeAllBack() {
        handedOver.takeAllBack();
    }

    /**
     * Called when no loop waits for the other side any more: buffers that are out are taken back when they are
     * returned, or when nobody can read them. Returns whether none is out any more.
     */
    boolean expire() {
        takeTokensOrAll();
        handedOver.retire();
        boolean back = handedOver.takeBackUnread();
        if (!back) {
            // The loop may end before.
            tally.leave();
        }
        return back;
    }

    /** Takes back returned buffers after {@link #expire}, on any thread; returns whether none is out any more. */
    boolean takeBackReturned() {
        takeTokensOrAll();
        return takeBackUnread();
    }

    private void takeTokensOrAll() {
        try {
            takeTokens();
        } catch (RuleViolationException e) {
            // It had not kept to the rules.
            takeAllBack();
        }
    }

    /**
     * Takes back buffers that nobody can read after {@link #expire}, if the other side has ended and returns nothing;
     * on any thread.
     */
    boolean takeBackUnread() {
        return handedOver.takeBackUnread();
    }
}
