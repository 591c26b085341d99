// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import net.zcrx.memory.Area;
import net.zcrx.memory.ZcrxByteBuf;

/**
 * The received buffers that a side has handed over where they lie, each until the other side lets go: and the areas
 * that the other side can map for that.
 */
final class HandedOver {
    /** Tokens of what is handed over begin behind those of the slots. */
    private static final int FIRST_TOKEN = Layout.SLOTS;
    /** A page cannot go back to the kernel while a part of it is out: what is shorter is copied at less cost. */
    private static final int LEAST_BYTES = 512;
    /** Areas that a connection may name. */
    private static final int MAX_AREAS = 64;
    /** What may be out of an area, by one connection: this part of it. */
    private static final int AREA_PART = 4;
    /**
     * The same of an area that was handed over to this process. What is out is held here for its owner, and from half of
     * the owner's part on it would be copied.
     */
    private static final int FOREIGN_PART = 4 * AREA_PART;
    /** A descriptor has at most this part of what may be out, so that the other side can hold some and read on. */
    private static final int PIECE_PART = 4;

    private final ControlSocket control;
    private final Tally tally;
    private final ArrayList<Announced> areas = new ArrayList<>();
    /** By token; made when it is first needed. */
    private ByteBuf[] buffers;

    private int[] lengths;
    private Announced[] from;
    private int[] free;
    private int freeCount;
    private int count;

    /** An area that the other side knows by a number. */
    private static final class Announced {
        final Area area;
        final int number;
        final long most;
        long out;

        Announced(Area area, int number) {
            this.area = area;
            this.number = number;
            most = area.length() / (area.isWritable() ? AREA_PART : FOREIGN_PART);
        }
    }

    HandedOver(ControlSocket control, Tally tally) {
        this.control = control;
        this.tally = tally;
    }

    int count() {
        return count;
    }

    /** The area that the bytes can be handed over in; {@code null} if they have to be copied. */
    static Area area(long address, int length) {
        return length < LEAST_BYTES ? null : Area.shareable(address, length);
    }

    /**
     * What keeps the memory of a buffer that lies in an area: the received buffer that it is a view of, or that several
     * were put together in. {@code null} if nothing does: what only wraps such memory may be written to again, or
     * received into, as soon as the write has succeeded.
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

    /** The number of its area for the other side, which is told; 0 if it cannot be told now. */
    int number(Area area) {
        Announced announced = find(area);
        if (announced != null) {
            return announced.number;
        }
        int number = areas.size() + 1;
        announced = new Announced(area, number);
        if (number > MAX_AREAS
                || !control.send(Message.of(
                        Message.AREA, number, announced.most, area.file().fd()))) {
            return 0;
        }
        areas.add(announced);
        return number;
    }

    private Announced find(Area area) {
        for (int i = 0; i < areas.size(); i++) {
            if (areas.get(i).area == area) {
                return areas.get(i);
            }
        }
        return null;
    }

    /** How many of {@code length} bytes of it may go out now, as one piece. */
    int room(Area area, int length) {
        Announced announced = find(area);
        if (buffers != null && freeCount == 0) {
            return 0;
        }
        long most = Math.min(announced.most - announced.out, announced.most / PIECE_PART);
        return (int) Math.max(0, Math.min(length, most));
    }

    /** Keeps the buffer, {@code length} bytes of which lie in the area, until it is taken back; returns its token. */
    int add(ByteBuf buffer, Area area, int length) {
        if (buffers == null) {
            begin();
        }
        int place = free[--freeCount];
        buffers[place] = buffer.retain();
        lengths[place] = length;
        from[place] = find(area);
        from[place].out += length;
        tally.out(length);
        count++;
        return FIRST_TOKEN + place;
    }

    private void begin() {
        buffers = new ByteBuf[Layout.RING];
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
        buffers[place] = null;
        from[place].out -= lengths[place];
        tally.out(-lengths[place]);
        from[place] = null;
        free[freeCount++] = place;
        count--;
        buffer.release();
        return true;
    }

    /** The other side is gone. */
    void takeAllBack() {
        for (int place = 0; count > 0; place++) {
            takeBack(FIRST_TOKEN + place);
        }
    }
}
