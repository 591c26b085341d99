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
 * The memory of a connection, which both processes may write to. Nothing that is read from it can be trusted: each
 * number is read once, then checked.
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

    /** Maps the memory that the other side has made. The segment owns the file from then on, even if this fails. */
    static Segment map(MemoryFile file) throws IOException {
        if (file.length() != Layout.BYTES) {
            file.close();
            throw new IOException("The other process sent memory of " + file.length()
                    + " bytes for a connection, instead of " + Layout.BYTES + ".");
        }
        return new Segment(Area.map(file, true));
    }

    /** The segment as an area, for buffers on its slots. */
    Area area() {
        return area;
    }

    /** A view of the whole segment in native byte order, with its own position and limit. */
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

    /** The address of a number in this process. */
    long address(int place) {
        return area.address() + place;
    }

    /** Releases the segment. It stays mapped as long as buffers on it are held. */
    void release() {
        area.release();
    }
}
