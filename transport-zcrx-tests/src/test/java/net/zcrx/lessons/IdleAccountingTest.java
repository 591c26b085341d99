// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.testrun.KernelFeatures;
import org.junit.jupiter.api.Test;

/** The system does not count a loop that has nothing to do as waiting for a disk. */
class IdleAccountingTest {
    private static final int LOOPS = 24;
    /** The thread that looks. */
    private static final Path SELF = Path.of("/proc/thread-self");

    @Test
    void shouldNotCountIdleLoopsAsWaitingForDisk() throws Exception {
        assumeTrue(KernelFeatures.hasNoIoWait(), "The kernel, before 6.15, cannot tell them apart.");
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(
                LOOPS, new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(1 << 20));
        try {
            List<Path> threads = new ArrayList<>();
            for (EventExecutor loop : group) {
                threads.add(loop.submit(() -> Path.of("/proc").resolve(Files.readSymbolicLink(SELF)))
                        .get(Loops.SECONDS, TimeUnit.SECONDS));
            }
            // Other processes may wait for disks now and then, but not so many all the time.
            Ends.await("less than half as many threads wait for a disk as sleep", () -> {
                boolean idle = areAsleep(threads);
                int waiting = waitingForDisk();
                return idle && areAsleep(threads) && waiting < LOOPS / 2;
            });
        } finally {
            group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS);
        }
    }

    private static boolean areAsleep(List<Path> threads) throws IOException {
        for (Path thread : threads) {
            // The state comes after the name in brackets: proc_pid_stat(5).
            if (!Files.readString(thread.resolve("stat")).contains(") S ")) {
                return false;
            }
        }
        return true;
    }

    private static int waitingForDisk() throws Exception {
        return Files.readAllLines(Path.of("/proc/stat")).stream()
                .filter(line -> line.startsWith("procs_blocked "))
                .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
