// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BufferPoolLeakTest {
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private final TestPool pool = new TestPool(16, 4096);

    @BeforeEach
    void listen() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ZcrxByteBuf.LEAK_DETECTOR.setLeakListener((type, records) -> leaks.add(type + "\n" + records));
    }

    @AfterEach
    void close() {
        ZcrxByteBuf.LEAK_DETECTOR.setLeakListener(null);
        ResourceLeakDetector.setLevel(level);
        pool.close();
    }

    @Test
    void shouldReportALostBufferAndWhoTouchedItLast() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            pool.get(1).touch("returned on the loop").release();
            ZcrxByteBuf elsewhere = pool.get(1);
            TestThreads.run(() -> elsewhere.touch("returned elsewhere").release());
            pool.pool.drain();
        }
        lose();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (leaks.isEmpty() && System.nanoTime() < deadline) {
            System.gc();
            // The detector reports what it has found when the next buffer is handed out.
            pool.get(1).release();
        }
        assertEquals(1, leaks.size());
        assertTrue(leaks.get(0).startsWith("ZcrxByteBuf\n"), leaks.get(0));
        assertTrue(leaks.get(0).contains("Hint: lost by the test"), leaks.get(0));
        assertEquals(1, pool.tokensOut());
    }

    private void lose() {
        // Two free objects, so that the lost one is followed by another of the pool and is nobody's last.
        ZcrxByteBuf other = pool.get(1);
        pool.get(1).touch("lost by the test");
        other.release();
    }
}
