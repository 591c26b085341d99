// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/** A buffer whose bytes are a range of an {@link Area}. */
abstract class AreaByteBuf extends ContiguousByteBuf {
    private static final int STREAM_CHUNK = 8192;

    private ByteBuffer memory;
    private ByteBuffer internalView;
    private ByteBufAllocator alloc;
    private int offset;
    /** The address of the first byte. */
    private long address;

    private int length;
    /** Whether the area belongs to another process, so that a write needs memory of its own: {@link #own}. */
    private boolean foreign;

    /** Volatile, and set last: whoever sees it sees its address. */
    private volatile ByteBuf own;

    /** Sets the area of the ranges from now on. */
    final void useArea(Area area) {
        memory = area.memory();
        internalView = null;
        foreign = !area.isWritable();
    }

    /** Begins again, with all bytes of the range readable and no reference but the caller's. */
    final void reset(Area area, int offset, int length, ByteBufAllocator alloc) {
        if (memory == null) {
            useArea(area);
        }
        this.offset = offset;
        address = area.address() + offset;
        if (this.alloc != alloc) {
            // Usually it is the same, and storing a reference is work for the garbage collector.
            this.alloc = alloc;
        }
        this.length = length;
        maxCapacity(length);
        resetRefCnt();
        setIndex(0, 0);
        markReaderIndex();
        markWriterIndex();
        writerIndex(length);
    }

    /**
     * Called before each write. Decoders write to their input, as WebSocket's does to unmask it; bytes that another
     * process has handed over are copied then, for this and all views of it. NIO buffers that were taken before show
     * the old bytes.
     */
    final void prepareWrite() {
        if (foreign) {
            moveToOwnMemory();
        }
    }

    /**
     * Locked, as views of one buffer may be written to by several threads at once, each its part. Others may read
     * theirs meanwhile, so the offset stays: memory and address are right with it before and after. Only what lies
     * behind the offset is memory of the copy, and only that is used.
     */
    private synchronized void moveToOwnMemory() {
        if (own != null) {
            return;
        }
        int bytes = maxCapacity();
        ByteBuf copy = Unpooled.directBuffer(bytes, bytes);
        ByteBuffer there = copy.internalNioBuffer(0, bytes).slice();
        there.put(0, memory, offset, bytes);
        long begin = Buffer.memoryAddress(there);
        ByteBuffer moved =
                Buffer.wrapMemoryAddress(begin - offset, offset + bytes).order(ByteOrder.BIG_ENDIAN);
        VarHandle.releaseFence();
        memory = moved;
        internalView = null;
        address = begin;
        own = copy;
    }

    /** Lets the copy of {@link #prepareWrite} go, if there is one; nobody uses the buffer any more. */
    final void leaveOwnMemory() {
        ByteBuf copy = own;
        if (copy != null) {
            copy.release();
            own = null;
            memory = null;
        }
    }

    /** Returns the offset in the area of the first byte after the range. */
    final int end() {
        return offset + length;
    }

    /** Lengthens the range by the bytes behind it. */
    final void extend(int more) {
        length += more;
        maxCapacity(length);
        writerIndex(length);
    }

    @Override
    public int capacity() {
        return length;
    }

    /** Shrinks the buffer, or grows it again up to the bytes received. */
    @Override
    public ByteBuf capacity(int newCapacity) {
        checkNewCapacity(newCapacity);
        trimIndicesToCapacity(newCapacity);
        length = newCapacity;
        return this;
    }

    @Override
    public ByteBufAllocator alloc() {
        return alloc;
    }

    /**
     * False while the bytes lie in memory of another process: Netty's buffers copy to the address of another buffer
     * without asking it, which would end the JVM.
     */
    @Override
    public final boolean hasMemoryAddress() {
        return !foreign || own != null;
    }

    @Override
    public final long memoryAddress() {
        ensureAccessible();
        if (!hasMemoryAddress()) {
            throw new UnsupportedOperationException("This buffer lies in memory of another process, which is only read:"
                    + " take nioBuffer() to read it, or the buffer's own methods to write to it.");
        }
        return address;
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return memory.slice(offset + index, length);
    }

    /** Returns an NIO buffer for Netty's handlers. Some write to it: the JDK's SSLEngine decrypts where it reads. */
    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        prepareWrite();
        if (internalView == null) {
            internalView = memory.duplicate();
        }
        int start = offset + index;
        return internalView.clear().position(start).limit(start + length);
    }

    @Override
    protected byte _getByte(int index) {
        return MemoryAccess.getByte(memory, offset + index, address + index);
    }

    @Override
    protected short _getShort(int index) {
        return MemoryAccess.getShort(memory, offset + index, address + index);
    }

    @Override
    protected short _getShortLE(int index) {
        return Short.reverseBytes(_getShort(index));
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return (_getShort(index) & 0xffff) << 8 | _getByte(index + 2) & 0xff;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return _getShortLE(index) & 0xffff | (_getByte(index + 2) & 0xff) << 16;
    }

    @Override
    protected int _getInt(int index) {
        return MemoryAccess.getInt(memory, offset + index, address + index);
    }

    @Override
    protected int _getIntLE(int index) {
        return Integer.reverseBytes(_getInt(index));
    }

    @Override
    protected long _getLong(int index) {
        return MemoryAccess.getLong(memory, offset + index, address + index);
    }

    @Override
    protected long _getLongLE(int index) {
        return Long.reverseBytes(_getLong(index));
    }

    @Override
    protected void _setByte(int index, int value) {
        prepareWrite();
        MemoryAccess.setByte(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setShort(int index, int value) {
        prepareWrite();
        MemoryAccess.setShort(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setShortLE(int index, int value) {
        _setShort(index, Short.reverseBytes((short) value));
    }

    @Override
    protected void _setMedium(int index, int value) {
        _setShort(index, value >>> 8);
        _setByte(index + 2, value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        _setShortLE(index, value);
        _setByte(index + 2, value >>> 16);
    }

    @Override
    protected void _setInt(int index, int value) {
        prepareWrite();
        MemoryAccess.setInt(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        _setInt(index, Integer.reverseBytes(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        prepareWrite();
        MemoryAccess.setLong(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        _setLong(index, Long.reverseBytes(value));
    }

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        MemoryAccess.getBytes(memory, offset + index, address + index, dst, dstIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        int count = dst.remaining();
        checkIndex(index, count);
        dst.put(dst.position(), memory, offset + index, count);
        dst.position(dst.limit());
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            getBytes(index, dst.array(), dst.arrayOffset() + dstIndex, length);
        } else if (dst.nioBufferCount() == 1) {
            ByteBuffer there = dst.internalNioBuffer(dstIndex, length);
            if (there.isReadOnly()) {
                // A view of what another process has handed over: its own methods copy that before they write.
                dst.setBytes(dstIndex, nioBuffer(index, length));
            } else {
                getBytes(index, there);
            }
        } else {
            dst.setBytes(dstIndex, this, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int length) throws IOException {
        checkIndex(index, length);
        byte[] chunk = new byte[Math.min(length, STREAM_CHUNK)];
        for (int done = 0; done < length; ) {
            int count = Math.min(length - done, chunk.length);
            memory.get(offset + index + done, chunk, 0, count);
            out.write(chunk, 0, count);
            done += count;
        }
        return this;
    }

    @Override
    public int getBytes(int index, GatheringByteChannel out, int length) throws IOException {
        return out.write(nioBuffer(index, length));
    }

    @Override
    public int getBytes(int index, FileChannel out, long position, int length) throws IOException {
        return out.write(nioBuffer(index, length), position);
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.length);
        prepareWrite();
        MemoryAccess.setBytes(memory, offset + index, address + index, src, srcIndex, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int count = src.remaining();
        checkIndex(index, count);
        prepareWrite();
        memory.put(offset + index, src, src.position(), count);
        src.position(src.limit());
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.capacity());
        if (src.hasArray()) {
            setBytes(index, src.array(), src.arrayOffset() + srcIndex, length);
        } else if (src.nioBufferCount() == 1) {
            setBytes(index, src.nioBuffer(srcIndex, length));
        } else {
            prepareWrite();
            src.getBytes(srcIndex, this, index, length);
        }
        return this;
    }

    @Override
    public int setBytes(int index, InputStream in, int length) throws IOException {
        checkIndex(index, length);
        byte[] read = new byte[length];
        int count = in.read(read);
        if (count > 0) {
            prepareWrite();
            memory.put(offset + index, read, 0, count);
        }
        return count;
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
        prepareWrite();
        try {
            return in.read(nioBuffer(index, length));
        } catch (ClosedChannelException e) {
            return -1; // As ByteBuf's contract has it.
        }
    }

    @Override
    public int setBytes(int index, FileChannel in, long position, int length) throws IOException {
        prepareWrite();
        try {
            return in.read(nioBuffer(index, length), position);
        } catch (ClosedChannelException e) {
            return -1; // As ByteBuf's contract has it.
        }
    }

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return alloc.directBuffer(length).writeBytes(this, index, length);
    }
}
