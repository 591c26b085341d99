// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SlowDiskTest {
    private static final int MIB = 1 << 20;

    @BeforeEach
    void needsRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "a loop device needs root");
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "there are no loop devices");
        assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device")),
                "the controller blkio is not cgroup v1's");
    }

    /** 32 MiB of it may wait in memory; the other 64 MiB take 2 seconds. */
    @Test
    void shouldHoldUpWhoWritesMoreThanItTakes() throws IOException {
        try (SlowDisk disk = SlowDisk.create(32 * MIB)) {
            long start = System.nanoTime();
            Files.write(disk.directory().resolve("file"), new byte[96 * MIB]);
            double seconds = (System.nanoTime() - start) / 1e9;
            assertTrue(seconds > 1, () -> "it took " + seconds + " s");
        }
    }

    @Test
    void shouldLeaveNothing() throws IOException {
        Path directory;
        try (SlowDisk disk = SlowDisk.create(32 * MIB)) {
            directory = disk.directory();
            assertTrue(mounts().contains(directory.toString()));
        }
        assertFalse(mounts().contains(directory.getParent().toString()));
        assertFalse(Files.exists(directory.getParent()));
        assertFalse(Processes.output(List.of("losetup", "--all")).contains("zcrx-slow-disk"), "a loop device is left");
    }

    private static String mounts() throws IOException {
        return Files.readString(Path.of("/proc/self/mounts"));
    }
}
