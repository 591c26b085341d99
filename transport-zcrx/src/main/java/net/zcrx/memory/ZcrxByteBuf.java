// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.Arrays;

/**
 * Received bytes where the kernel wrote them: a range of an {@link Area}, and writable within that range. It never
 * grows beyond it. The last {@link #release()}, on any thread, returns the memory to the kernel; NIO buffers and
 * addresses taken from it are not to be used after that.
 */
public final class ZcrxByteBuf extends AreaByteBuf {
    /** The most completions that one buffer joins. */
    static final int MAX_TOKENS = 64;

    static final ResourceLeakDetector<ZcrxByteBuf> LEAK_DETECTOR =
            ResourceLeakDetectorFactory.instance().newResourceLeakDetector(ZcrxByteBuf.class);

    private static final long[] NO_TOKENS = {};

    private final BufferPool pool;
    private BufferPool.AreaUse use;
    private ResourceLeakTracker<ZcrxByteBuf> leak;
    private long firstToken;
    /** The tokens after the first; grows as needed, and stays with this object from one use to the next. */
    private long[] moreTokens = NO_TOKENS;

    private int tokens;
    private boolean zeroCopy;

    ZcrxByteBuf(BufferPool pool) {
        this.pool = pool;
    }

    /** Finds the received buffer that {@code any} is or is a view of; null if there is none. */
    public static ZcrxByteBuf of(ByteBuf any) {
        for (ByteBuf buf = any; buf != null; buf = buf.unwrap()) {
            if (buf instanceof ZcrxByteBuf received) {
                return received;
            }
        }
        return null;
    }

    /** The area where the bytes were received; on any thread, as long as the buffer is not released. */
    public Area area() {
        return use.area;
    }

    /** Whether the network device wrote the bytes here itself, so that no processor copied them. */
    public boolean isZeroCopy() {
        return zeroCopy;
    }

    void handOut(BufferPool.AreaUse use, int offset, int length, long token, boolean zeroCopy, ByteBufAllocator alloc) {
        if (this.use != use) {
            this.use = use;
            useArea(use.area);
        }
        this.zeroCopy = zeroCopy;
        firstToken = token;
        tokens = 1;
        reset(use.area, offset, length, alloc);
        leak = LEAK_DETECTOR.track(this);
    }

    boolean append(Area area, int offset, int length, long token) {
        if (area != use.area || offset != end() || tokens == MAX_TOKENS) {
            return false;
        }
        if (tokens > moreTokens.length) {
            moreTokens = Arrays.copyOf(moreTokens, Math.min(MAX_TOKENS - 1, Math.max(3, 2 * moreTokens.length)));
        }
        moreTokens[tokens - 1] = token;
        tokens++;
        extend(length);
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
    public ByteBuf slice(int index, int length) {
        ensureAccessible();
        return use.area.isWritable() ? super.slice(index, length) : ForeignViews.slice(this, index, length);
    }

    @Override
    public ByteBuf duplicate() {
        ensureAccessible();
        return use.area.isWritable() ? super.duplicate() : ForeignViews.duplicate(this);
    }

    @Override
    protected void deallocate() {
        if (leak != null) {
            leak.close(this);
            leak = null;
        }
        leaveOwnMemory();
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
}
