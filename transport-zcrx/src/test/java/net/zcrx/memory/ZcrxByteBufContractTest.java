// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/**
 * Netty's own contract of a ByteBuf, big endian. Where others grow, a received buffer was shrunk before and grows back
 * to its range.
 */
class ZcrxByteBufContractTest extends AbstractByteBufTest {
    /** The tests ask for unbounded buffers; the most that one of them fills is this. */
    private static final int RANGE = 64 << 20;

    private final List<Area> areas = new ArrayList<>();
    private final Set<Long> tokensOut = new HashSet<>();
    private final BufferPool pool =
            new BufferPool(token -> assertTrue(tokensOut.remove(token), "reclaimed twice"), () -> {});

    ZcrxByteBufContractTest() {
        pool.owner(Thread.currentThread());
    }

    @Override
    protected ByteBuf newBuffer(int length, int maxCapacity) {
        Area area = Area.allocate(RANGE);
        long token = areas.size();
        areas.add(area);
        tokensOut.add(token);
        int range = Math.min(maxCapacity, RANGE);
        return pool.get(area, RANGE - range, range, token, true, UnpooledByteBufAllocator.DEFAULT)
                .capacity(length)
                .clear();
    }

    @Override
    @AfterEach
    public void dispose() {
        super.dispose();
        pool.drain();
        assertEquals(Set.of(), tokensOut);
        assertEquals(0, pool.heldBuffers());
        pool.close();
        for (Area area : areas) {
            area.release();
            assertFalse(area.isMapped());
        }
    }
}
