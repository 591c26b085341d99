package net.zcrx.memory;

import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.util.Arrays;

/**
 * Received bytes where the kernel wrote them: a range of an {@link Area}, and writable within that range. It never
 * grows beyond it. The last {@link #release()}, on any thread, returns the memory to the kernel; NIO buffers and
 * addresses taken from it are not to be used after that.
 */
public final class ZcrxByteBuf extends AbstractReferenceCountedByteBuf {
    /** The most completions that one buffer joins. */
    static final int MAX_TOKENS = 64;

    static final ResourceLeakDetector<ZcrxByteBuf> LEAK_DETECTOR =
            ResourceLeakDetectorFactory.instance().newResourceLeakDetector(ZcrxByteBuf.class);

    private static final long[] NO_TOKENS = {};
    private static final int STREAM_CHUNK = 8192;

    private final BufferPool pool;
    private BufferPool.AreaUse use;
    private ByteBuffer memory;
    private ByteBuffer internalView;
    private ByteBufAllocator alloc;
    private ResourceLeakTracker<ZcrxByteBuf> leak;
    private long firstToken;
    /** The tokens after the first; grows as needed, and stays with this object from one use to the next. */
    private long[] moreTokens = NO_TOKENS;

    private int tokens;
    private int offset;
    /** The address of the first byte. */
    private long address;

    private int length;
    private boolean zeroCopy;

    ZcrxByteBuf(BufferPool pool) {
        super(0);
        this.pool = pool;
    }

    /** Finds the received buffer that {@code any} is or is a view of; null if there is none. */
    public static ZcrxByteBuf of(ByteBuf any) {
        for (ByteBuf buf = any; buf != null; buf = buf.unwrap()) {
            if (buf instanceof ZcrxByteBuf) {
                return (ZcrxByteBuf) buf;
            }
        }
        return null;
    }

    /** Whether the network device wrote the bytes here itself, so that no processor copied them. */
    public boolean isZeroCopy() {
        return zeroCopy;
    }

    void handOut(BufferPool.AreaUse use, int offset, int length, long token, boolean zeroCopy, ByteBufAllocator alloc) {
        if (this.use != use) {
            this.use = use;
            memory = use.area.memory();
            internalView = null;
        }
        this.offset = offset;
        address = use.area.address() + offset;
        this.length = length;
        this.zeroCopy = zeroCopy;
        if (this.alloc != alloc) {
            // Most often it is the same, and a reference stored is work for the garbage collector.
            this.alloc = alloc;
        }
        firstToken = token;
        tokens = 1;
        maxCapacity(length);
        resetRefCnt();
        setIndex(0, 0);
        markReaderIndex();
        markWriterIndex();
        writerIndex(length);
        leak = LEAK_DETECTOR.track(this);
    }

    boolean append(Area area, int offset, int length, long token) {
        if (area != use.area || offset != this.offset + this.length || tokens == MAX_TOKENS) {
            return false;
        }
        if (tokens > moreTokens.length) {
            moreTokens = Arrays.copyOf(moreTokens, Math.min(MAX_TOKENS - 1, Math.max(3, 2 * moreTokens.length)));
        }
        moreTokens[tokens - 1] = token;
        tokens++;
        this.length += length;
        maxCapacity(this.length);
        writerIndex(this.length);
        return true;
    }

    BufferPool.AreaUse use() {
        return use;
    }

    int tokens() {
        return tokens;
    }

    void reclaim(Reclaimer reclaimer) {
        reclaimer.reclaim(firstToken);
        for (int i = 0; i < tokens - 1; i++) {
            reclaimer.reclaim(moreTokens[i]);
        }
    }

    @Override
    protected void deallocate() {
        if (leak != null) {
            leak.close(this);
            leak = null;
        }
        // The last thing here: from this line on another thread may be using the object anew.
        pool.takeBack(this);
    }

    @Override
    public ByteBuf touch() {
        return touch(null);
    }

    @Override
    public ByteBuf touch(Object hint) {
        ResourceLeakTracker<ZcrxByteBuf> tracker = leak;
        if (tracker != null && LEAK_DETECTOR.isRecordEnabled()) {
            tracker.record(hint);
        }
        return this;
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

    @Override
    @Deprecated // As the method of ByteBuf that it implements is.
    public ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public ByteBuf unwrap() {
        return null;
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public boolean isContiguous() {
        return true;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException("A received buffer is outside of the heap and has no array.");
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException("A received buffer is outside of the heap and has no array.");
    }

    @Override
    public boolean hasMemoryAddress() {
        return true;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        return address;
    }

    @Override
    public int nioBufferCount() {
        return 1;
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return memory.slice(offset + index, length);
    }

    @Override
    public ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        if (internalView == null) {
            internalView = memory.duplicate();
        }
        int start = offset + index;
        return internalView.clear().position(start).limit(start + length);
    }

    @Override
    protected byte _getByte(int index) {
        return Access.getByte(memory, offset + index, address + index);
    }

    @Override
    protected short _getShort(int index) {
        return Access.getShort(memory, offset + index, address + index);
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
        return Access.getInt(memory, offset + index, address + index);
    }

    @Override
    protected int _getIntLE(int index) {
        return Integer.reverseBytes(_getInt(index));
    }

    @Override
    protected long _getLong(int index) {
        return Access.getLong(memory, offset + index, address + index);
    }

    @Override
    protected long _getLongLE(int index) {
        return Long.reverseBytes(_getLong(index));
    }

    @Override
    protected void _setByte(int index, int value) {
        Access.setByte(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setShort(int index, int value) {
        Access.setShort(memory, offset + index, address + index, value);
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
        Access.setInt(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        _setInt(index, Integer.reverseBytes(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        Access.setLong(memory, offset + index, address + index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        _setLong(index, Long.reverseBytes(value));
    }

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        Access.getBytes(memory, offset + index, address + index, dst, dstIndex, length);
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
            getBytes(index, dst.internalNioBuffer(dstIndex, length));
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
        Access.setBytes(memory, offset + index, address + index, src, srcIndex, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int count = src.remaining();
        checkIndex(index, count);
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
            memory.put(offset + index, read, 0, count);
        }
        return count;
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
        try {
            return in.read(nioBuffer(index, length));
        } catch (ClosedChannelException e) {
            return -1; // As ByteBuf's contract has it.
        }
    }

    @Override
    public int setBytes(int index, FileChannel in, long position, int length) throws IOException {
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
