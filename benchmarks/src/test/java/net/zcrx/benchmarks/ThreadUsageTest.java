// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

class ThreadUsageTest {
    private static final long PID = ProcessHandle.current().pid();
    private static final long WORK_NS = 50_000_000;
    private static final double SECOND = 1e9;

    private static volatile long sink;

    @Test
    void shouldCountWhatAThreadUses() throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ThreadUsage before = ThreadUsage.of(PID);
        long start = threads.getCurrentThreadCpuTime();
        while (threads.getCurrentThreadCpuTime() < start + WORK_NS) {
            sink++;
        }
        ThreadUsage.Spent spent = ThreadUsage.of(PID).since(before);
        // The kernel's books are a tick old at most.
        assertTrue(spent.seconds() > WORK_NS / SECOND / 2, spent::toString);
    }

    @Test
    void shouldCountNothingBetweenTheSameMoments() throws IOException {
        ThreadUsage now = ThreadUsage.of(PID);
        assertEquals(new ThreadUsage.Spent(0, 0, 0), now.since(now));
    }
}
