// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;

/**
 * The memory of a connection, which both processes may write to. Nothing that is read from it is to be believed: each
 * number is read once, and checked.
 */
final class Segment {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final Area area;
    private final ByteBuffer memory;

    private Segment(Area area) {
        this.area = area;
        memory = area.view();
    }

    /** Makes the memory of a new connection. */
    static Segment create() throws IOException {
        MemoryFile file = MemoryFile.create(Layout.BYTES, 0);
        try {
            file.sealLength();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return map(file);
    }

    /** Maps what the other side has made; the segment has the file from then on, also if this fails. */
    static Segment map(MemoryFile file) throws IOException {
        if (file.length() != Layout.BYTES) {
            file.close();
            throw new IOException("The other process sent memory of " + file.length()
                    + " bytes for a connection, where " + Layout.BYTES + " were to come.");
        }
        return new Segment(Area.map(file, true));
    }

    /** The area, for buffers of what is copied here. */
    Area area() {
        return area;
    }

    /** A view of all of it in the machine's order, with a position and limit of its own. */
    ByteBuffer view() {
        return area.view();
    }

    int get(int place) {
        return memory.getInt(place);
    }

    void put(int place, int value) {
        memory.putInt(place, value);
    }

    int getAcquire(int place) {
        return (int) INT.getAcquire(memory, place);
    }

    void putRelease(int place, int value) {
        INT.setRelease(memory, place, value);
    }

    int getOpaque(int place) {
        return (int) INT.getOpaque(memory, place);
    }

    void putOpaque(int place, int value) {
        INT.setOpaque(memory, place, value);
    }

    /** Where the number lies in this process. */
    long address(int place) {
        return area.address() + place;
    }

    /** Buffers of it that are held keep it mapped. */
    void release() {
        area.release();
    }
}
