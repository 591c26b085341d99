// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/** A pool on the test's own thread, whose tokens are the numbers of the slots of one area, each checked out once. */
final class TestPool implements AutoCloseable {
    final Area area;
    final BufferPool pool;
    final AtomicInteger wakeups = new AtomicInteger();
    private final int slotLength;
    private final BitSet out = new BitSet();

    TestPool(int slots, int slotLength) {
        this.slotLength = slotLength;
        area = Area.allocate((long) slots * slotLength);
        pool = new BufferPool(this::reclaim, wakeups::incrementAndGet);
        pool.owner(Thread.currentThread());
    }

    private void reclaim(long token) {
        assertEquals(true, out.get((int) token), "token " + token + " was reclaimed and is not out");
        out.clear((int) token);
    }

    /** A buffer of {@code length} bytes at the start of the first free slot. */
    ZcrxByteBuf get(int length) {
        int slot = out.nextClearBit(0);
        out.set(slot);
        return pool.get(area, slot * slotLength, length, slot, true, UnpooledByteBufAllocator.DEFAULT);
    }

    /** Continues {@code buf} by {@code length} bytes from the start of slot {@code slot}. */
    boolean extend(ZcrxByteBuf buf, int slot, int length) {
        assertFalse(out.get(slot));
        boolean extended = pool.extend(buf, area, slot * slotLength, length, slot);
        out.set(slot, extended);
        return extended;
    }

    int tokensOut() {
        return out.cardinality();
    }

    @Override
    public void close() {
        pool.close();
        area.release();
    }
}
