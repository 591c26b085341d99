// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import net.zcrx.memory.Area;
import net.zcrx.memory.ZcrxByteBuf;

/**
 * The received buffers that a side has handed over where they lie, each until the other side lets go: and the areas
 * that the other side can map for that.
 */
final class HandedOver {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(HandedOver.class);

    /** The first token of a handed-over buffer: these tokens follow those of the slots. */
    private static final int FIRST_TOKEN = Layout.SLOTS;
    /** A page cannot go back to the kernel while a part of it is out. Copying a shorter buffer costs less. */
    static final int LEAST_BYTES = 512;
    /** One connection may hand over this part of an area. */
    private static final int AREA_PART = 4;
    /**
     * The same for an area that was handed over to this process. Buffers that are out count as held here for their
     * owner, and from half of the owner's part on they would be copied.
     */
    private static final int FOREIGN_PART = 4 * AREA_PART;
    /**
     * A descriptor has at most this part of the bytes that may be out, so that the other side can hold some and read
     * on.
     */
    private static final int PIECE_PART = 4;

    private final ControlSocket control;
    private final ZcrxPeer peer;
    private final Tally tally;
    private final ArrayList<Announced> areas = new ArrayList<>();
    private int lastNumber;
    /** The other side has leases of the next area, which was not named then. */
    private boolean begun;

    private boolean anyStale;
    /** The {@link ForeignLeases#changes} that {@link #sweep} has seen. */
    private long swept;
    /** The buffers that are out, by token; made when it is first needed. */
    private ByteBuf[] buffers;

    private ByteBuf[] views;

    private int[] lengths;
    private Announced[] from;
    private int[] free;
    private int freeCount;
    private int count;

    /** An area that the other side knows by a number. */
    static final class Announced {
        final Area area;
        final int number;
        final Lease lease;
        /** The leases that went with an area of another process. */
        final List<ForeignLeases.Held> foreign;

        final long most;
        long out;
        /** Its leases are others now: as soon as nothing of it is out, the other side is to forget it. */
        boolean stale;

        Announced(Area area, int number, Lease lease, List<ForeignLeases.Held> foreign) {
            this.area = area;
            this.number = number;
            this.lease = lease;
            this.foreign = foreign;
            most = area.length() / (area.isWritable() ? AREA_PART : FOREIGN_PART);
        }

        /** Whether nothing of the area is out, and it belongs to another process or its loop has ended. */
        boolean isUnused() {
            return out == 0 && !(area.isWritable() && area.isMapped());
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

    /** Makes the other side forget the unused areas. */
    void forgetUnused() {
        for (Announced each : areas) {
            each.stale |= each.isUnused();
            anyStale |= each.stale;
        }
        sweep();
    }

    /**
     * The buffer that keeps the memory of one that lies in an area: the received buffer that it is a view of, or that
     * several were put together in. {@code null} if there is none: memory that is only wrapped may be written to again,
     * or received into, as soon as the write has succeeded.
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

    /**
     * Returns the area as the other side knows it, after announcing it if necessary; {@code null} if it cannot be
     * announced now.
     */
    Announced announced(Area area) {
        sweep();
        Announced announced = find(area);
        return announced == null ? announce(area) : announced;
    }

    /**
     * Makes the other side forget areas of other processes with the leases that went with them, if leases have come or
     * gone since. Otherwise it would keep memory that it does not read any more from the owners.
     */
    void sweep() {
        long now = ForeignLeases.changes();
        if (now != swept) {
            swept = now;
            for (Announced each : areas) {
                each.stale |= !each.area.isWritable() && !each.foreign.equals(ForeignLeases.of(each.area));
                anyStale |= each.stale;
            }
        }
        if (anyStale) {
            forgetStale();
        }
        if (begun) {
            begun = !control.send(Message.of(Message.FORGET, lastNumber + 1, 0));
        }
    }

    /**
     * Forgets stale areas that are not out. It makes no object: one area may be held for long while others come and go,
     * and each sweep calls this then.
     */
    private void forgetStale() {
        anyStale = false;
        for (int i = areas.size() - 1; i >= 0; i--) {
            Announced each = areas.get(i);
            if (each.stale && each.out == 0 && control.send(Message.of(Message.FORGET, each.number, 0))) {
                areas.remove(i);
                each.lease.release();
            } else {
                anyStale |= each.stale;
            }
        }
    }

    private Announced announce(Area area) {
        if (areas.size() == KnownAreas.MOST) {
            forgetUnused();
        }
        if (areas.size() == KnownAreas.MOST || begun || ForeignLeases.of(area).size() > ForeignLeases.MOST) {
            return null;
        }
        int number = lastNumber + 1;
        IntPredicate send = descriptor -> {
            boolean sent = control.send(Message.of(Message.LEASE, number, 0, descriptor));
            begun |= sent;
            return sent;
        };
        // First the one that may find no descriptor.
        Lease lease = lease(area, send);
        if (lease == null) {
            return null;
        }
        List<ForeignLeases.Held> foreign = ForeignLeases.forward(area, send);
        Announced announced = new Announced(area, number, lease, foreign);
        if (foreign == null
                || !control.send(Message.of(
                        Message.AREA, number, announced.most, area.file().fd()))) {
            lease.release();
            return null;
        }
        begun = false;
        lastNumber = number;
        areas.add(announced);
        return announced;
    }

    private Lease lease(Area area, IntPredicate send) {
        try {
            return Lease.grant(area, peer, send);
        } catch (IOException e) {
            // No descriptor is left: it is copied, until there is one.
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

    /** How many of {@code length} bytes of it may go out now, as one piece. */
    int room(Announced announced, int length) {
        if (buffers != null && freeCount == 0) {
            return 0;
        }
        long most = Math.min(announced.most - announced.out, announced.most / PIECE_PART);
        return (int) Math.max(0, Math.min(length, most));
    }

    /**
     * Keeps a buffer, {@code length} bytes of which lie in the area, until it is taken back; returns its token.
     *
     * @param view of the buffer, which is kept, too, if it may be what leak detection watches: a composite is found
     *     leaked unless its last release is by that. A view alone need not keep the buffer
     */
    int add(ByteBuf buffer, ByteBuf view, Announced announced, int length) {
        if (buffers == null) {
            begin();
        }
        int place = free[--freeCount];
        buffers[place] = buffer.retain();
        views[place] = buffer instanceof CompositeByteBuf && view != buffer ? view.retain() : null;
        lengths[place] = length;
        from[place] = announced;
        announced.out += length;
        tally.addOut(length);
        count++;
        return FIRST_TOKEN + place;
    }

    private void begin() {
        buffers = new ByteBuf[Layout.RING];
        views = new ByteBuf[Layout.RING];
        lengths = new int[Layout.RING];
        from = new Announced[Layout.RING];
        free = new int[Layout.RING];
        for (int i = 0; i < Layout.RING; i++) {
            free[i] = Layout.RING - 1 - i;
        }
        freeCount = Layout.RING;
    }

    /** The other side has let go; returns whether there was such a buffer. */
    boolean takeBack(int token) {
        int place = token - FIRST_TOKEN;
        if (buffers == null || place < 0 || place >= Layout.RING || buffers[place] == null) {
            return false;
        }
        ByteBuf buffer = buffers[place];
        ByteBuf view = views[place];
        buffers[place] = null;
        views[place] = null;
        from[place].out -= lengths[place];
        tally.addOut(-lengths[place]);
        from[place] = null;
        free[freeCount++] = place;
        count--;
        // Whoever released it too often must not keep the others of the connection.
        ReferenceCountUtil.safeRelease(buffer);
        if (view != null) {
            ReferenceCountUtil.safeRelease(view);
        }
        return true;
    }

    /**
     * Takes all buffers back from a side that breaks the rules: it may read wrong bytes then, and so may the processes
     * that it has handed them on to.
     */
    void takeAllBack() {
        for (Announced each : areas) {
            takeAllBackOf(each);
            each.lease.release();
        }
        areas.clear();
    }

    private void takeAllBackOf(Announced announced) {
        for (int place = 0; announced.out > 0; place++) {
            if (from[place] == announced) {
                takeBack(FIRST_TOKEN + place);
            }
        }
    }

    /**
     * Called when nobody waits for the other side any more. Buffers that it has handed on may be read still, and come
     * back after that.
     */
    void retire() {
        for (Announced each : areas) {
            if (each.out > 0) {
                each.lease.retire();
            }
        }
    }

    /** Takes back what nobody can read any more, after {@link #retire}; returns whether that was all. */
    boolean takeBackUnread() {
        for (int i = areas.size() - 1; i >= 0; i--) {
            Announced each = areas.get(i);
            if (each.out == 0 || each.lease.hasEnded()) {
                areas.remove(i);
                takeAllBackOf(each);
                each.lease.release();
            }
        }
        return areas.isEmpty();
    }
}
