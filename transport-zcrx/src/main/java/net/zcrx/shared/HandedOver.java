// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import net.zcrx.memory.Area;
import net.zcrx.memory.ZcrxByteBuf;

/**
 * The received buffers that this side has handed over without a copy, each until the other side returns it; and the
 * areas that the other side maps to read them.
 */
final class HandedOver {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(HandedOver.class);

    /** The tokens of handed-over buffers follow those of the slots. */
    private static final int FIRST_TOKEN = Layout.SLOTS;
    /** The shortest piece that is handed over. Each keeps a page from the kernel, and a shorter copy costs less. */
    private static final int LEAST_BYTES = 512;
    /** The most areas that a connection may have named at a time. */
    private static final int MAX_AREAS = 64;
    /** The most areas that a connection may name in total; see {@link Returns#token}. */
    private static final int MAX_NUMBER = 0xFFFF;
    /** One connection may have a fourth of an area out. */
    private static final int AREA_PART = 4;
    /**
     * One connection may have a sixteenth of another process's area out. This process holds those bytes, and copies what
     * it receives once it holds half of the fourth that the owner lets it have.
     */
    private static final int FOREIGN_PART = 4 * AREA_PART;
    /** One piece is at most a fourth of what may be out, so that the other side can hold some and read on. */
    private static final int PIECE_PART = 4;

    private final ControlSocket control;
    private final ZcrxPeer peer;
    private final Tally tally;
    private final ArrayList<Announced> areas = new ArrayList<>();
    private int lastNumber;
    /** Whether any of the areas is stale. */
    private boolean anyStale;
    /** The {@link ForeignLeases#changes} that {@link #forgetStale} has seen. */
    private long seenChanges;
    /** By token, as are the next two; allocated when first needed. */
    private ByteBuf[] buffers;

    private int[] lengths;
    private Announced[] areaOf;
    /** A stack of the free places in these arrays. */
    private int[] free;

    private int freeCount;
    private int count;

    /** An area whose number the other side knows. */
    private static final class Announced {
        final Area area;
        final int number;
        final Lease lease;
        /** The leases that were sent with an area of another process. */
        final List<ForeignLeases.Held> foreign;

        /** The bytes that may be out. */
        final long most;
        /** The bytes that are out. */
        long out;
        /** Its leases have changed: the other side is to forget it as soon as nothing of it is out. */
        boolean stale;

        Announced(Area area, int number, Lease lease, List<ForeignLeases.Held> foreign) {
            this.area = area;
            this.number = number;
            this.lease = lease;
            this.foreign = foreign;
            most = area.length() / (area.isWritable() ? AREA_PART : FOREIGN_PART);
        }

        boolean isUnused() {
            return !area.isWritable() && out == 0;
        }
    }

    HandedOver(ControlSocket control, ZcrxPeer peer, Tally tally) {
        this.control = control;
        this.peer = peer;
        this.tally = tally;
    }

    int count() {
        return count;
    }

    /** Whether the other side knows areas of other processes of which nothing is out. */
    boolean hasUnused() {
        for (int i = 0; i < areas.size(); i++) {
            if (areas.get(i).isUnused()) {
                return true;
            }
        }
        return false;
    }

    /** Has the other side forget those. */
    void forgetUnused() {
        for (Announced each : areas) {
            each.stale |= each.isUnused();
            anyStale |= each.stale;
        }
        forgetStale();
    }

    /** The area that has the bytes, if they can be handed over; {@code null} if they have to be copied. */
    static Area area(long address, int length) {
        return length < LEAST_BYTES ? null : Area.shareable(address, length);
    }

    /**
     * Returns the buffer whose reference keeps the memory of this one: the received buffer that it is a view of, or a
     * composite of received buffers. {@code null} if there is none: memory that was only wrapped may be overwritten as
     * soon as the write has succeeded.
     */
    static ByteBuf owner(ByteBuf buffer) {
        for (ByteBuf each = buffer; each != null; each = each.unwrap()) {
            if (each instanceof ZcrxByteBuf || each instanceof CompositeByteBuf && keepsAll((CompositeByteBuf) each)) {
                return each;
            }
        }
        return null;
    }

    private static boolean keepsAll(CompositeByteBuf composite) {
        for (int i = 0; i < composite.numComponents(); i++) {
            ByteBuf part = composite.internalComponent(i);
            boolean elsewhere = part.hasArray()
                    || part.hasMemoryAddress() && Area.shareable(part.memoryAddress(), part.capacity()) == null;
            if (!elsewhere && owner(part) == null) {
                return false;
            }
        }
        return true;
    }

    /** The number of an area, which is announced to the other side if need be; 0 if that is not possible now. */
    int numberOf(Area area) {
        forgetStale();
        Announced announced = find(area);
        if (announced == null) {
            announced = announce(area);
        }
        return announced == null ? 0 : announced.number;
    }

    /**
     * Has the other side forget areas of other processes whose leases have changed, and with them the old leases. While
     * it keeps those, their owners do not get back what nobody reads any more.
     */
    void forgetStale() {
        long now = ForeignLeases.changes();
        if (now != seenChanges) {
            seenChanges = now;
            for (Announced each : areas) {
                each.stale |= !each.foreign.equals(ForeignLeases.of(each.area));
                anyStale |= each.stale;
            }
        }
        if (anyStale) {
            areas.removeIf(each -> each.stale && each.out == 0 && forget(each));
            anyStale = areas.stream().anyMatch(each -> each.stale);
        }
    }

    private boolean forget(Announced announced) {
        if (!control.send(Message.of(Message.FORGET, announced.number, 0))) {
            return false;
        }
        announced.lease.release();
        return true;
    }

    private Announced announce(Area area) {
        if (areas.size() == MAX_AREAS || lastNumber == MAX_NUMBER) {
            return null;
        }
        int number = lastNumber + 1;
        IntPredicate send = descriptor -> control.send(Message.of(Message.LEASE, number, 0, descriptor));
        List<ForeignLeases.Held> foreign = ForeignLeases.forward(area, send);
        Lease lease = foreign == null ? null : lease(area, send);
        if (lease == null) {
            return null;
        }
        Announced announced = new Announced(area, number, lease, foreign);
        if (!control.send(
                Message.of(Message.AREA, number, announced.most, area.file().fd()))) {
            lease.release();
            return null;
        }
        lastNumber = number;
        areas.add(announced);
        return announced;
    }

    private Lease lease(Area area, IntPredicate send) {
        try {
            return Lease.grant(area, peer, send);
        } catch (IOException e) {
            // No descriptor is left: data is copied until there is one.
            LOGGER.debug("An area cannot be handed over now.", e);
            return null;
        }
    }

    private Announced find(Area area) {
        for (int i = 0; i < areas.size(); i++) {
            Announced each = areas.get(i);
            if (each.area == area && !each.stale) {
                return each;
            }
        }
        return null;
    }

    /** How many of {@code length} bytes of the area may be handed over now, as one piece. */
    int room(Area area, int length) {
        Announced announced = find(area);
        if (buffers != null && freeCount == 0) {
            return 0;
        }
        long most = Math.min(announced.most - announced.out, announced.most / PIECE_PART);
        return (int) Math.max(0, Math.min(length, most));
    }

    /** Retains the buffer, which has {@code length} bytes in the area, until it is taken back. Returns its token. */
    int add(ByteBuf buffer, Area area, int length) {
        if (buffers == null) {
            allocate();
        }
        int place = free[--freeCount];
        buffers[place] = buffer.retain();
        lengths[place] = length;
        areaOf[place] = find(area);
        areaOf[place].out += length;
        tally.addOut(length);
        count++;
        return FIRST_TOKEN + place;
    }

    private void allocate() {
        buffers = new ByteBuf[Layout.RING];
        lengths = new int[Layout.RING];
        areaOf = new Announced[Layout.RING];
        free = new int[Layout.RING];
        for (int i = 0; i < Layout.RING; i++) {
            free[i] = Layout.RING - 1 - i;
        }
        freeCount = Layout.RING;
    }

    /** Releases a buffer that the other side has returned. Returns whether there was one with this token. */
    boolean takeBack(int token) {
        int place = token - FIRST_TOKEN;
        if (buffers == null || place < 0 || place >= Layout.RING || buffers[place] == null) {
            return false;
        }
        ByteBuf buffer = buffers[place];
        buffers[place] = null;
        areaOf[place].out -= lengths[place];
        tally.addOut(-lengths[place]);
        areaOf[place] = null;
        free[freeCount++] = place;
        count--;
        buffer.release();
        return true;
    }

    /** Releases all buffers, after the other side has broken the rules. What it reads from now on is undefined. */
    void takeAllBack() {
        for (Announced each : areas) {
            takeAllBackOf(each);
            each.lease.release();
        }
        areas.clear();
    }

    private void takeAllBackOf(Announced announced) {
        for (int place = 0; announced.out > 0; place++) {
            if (areaOf[place] == announced) {
                takeBack(FIRST_TOKEN + place);
            }
        }
    }

    /** The other side is gone. Buffers that it has handed on may still be read: each is released when it is not. */
    void expire() {
        for (Announced each : areas) {
            if (each.out > 0) {
                each.lease.retire();
            }
        }
        if (!takeBackUnread()) {
            // The loop whose counters it uses may end earlier.
            tally.leave();
            Orphans.add(this);
        }
    }

    /**
     * Releases the buffers that no process can read any more, after {@link #expire}. Returns whether these were all.
     */
    boolean takeBackUnread() {
        areas.removeIf(each -> {
            if (each.out > 0 && !each.lease.hasEnded()) {
                return false;
            }
            takeAllBackOf(each);
            each.lease.release();
            return true;
        });
        return areas.isEmpty();
    }
}
