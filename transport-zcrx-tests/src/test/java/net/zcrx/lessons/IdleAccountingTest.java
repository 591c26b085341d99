// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.util.concurrent.EventExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.testrun.KernelFeatures;
import org.junit.jupiter.api.Test;

/** The system does not count a loop that has nothing to do as waiting for a disk. */
class IdleAccountingTest {
    private static final int LOOPS = 24;

    @Test
    void shouldNotCountIdleLoopsAsWaitingForDisk() throws Exception {
        assumeTrue(KernelFeatures.hasNoIoWait(), "The kernel, before 6.15, cannot tell them apart.");
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(
                LOOPS, new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(1 << 20));
        try {
            for (EventExecutor loop : group) {
                loop.submit(() -> {}).get(Loops.SECONDS, TimeUnit.SECONDS);
            }
            // Other processes may wait for disks now and then, but not so many all the time.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
            int before;
            int waiting = LOOPS;
            do {
                // Of two, as at first a loop may not have come to sleep yet.
                before = waiting;
                Thread.sleep(500);
                waiting = waitingForDisk();
            } while (Math.max(before, waiting) >= LOOPS / 2 && System.nanoTime() - deadline < 0);
            int most = Math.max(before, waiting);
            assertTrue(most < LOOPS / 2, () -> most + " threads wait for a disk.");
        } finally {
            group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS);
        }
    }

    private static int waitingForDisk() throws Exception {
        return Files.readAllLines(Path.of("/proc/stat")).stream()
                .filter(line -> line.startsWith("procs_blocked "))
                .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
