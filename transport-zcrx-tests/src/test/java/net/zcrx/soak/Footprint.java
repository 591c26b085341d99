// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process has of the system.
 *
 * @param memory in KiB, as far as it is in RAM
 */
record Footprint(long memory, long mappings, long descriptors, long threads) {
    /** The C library's heap, and what the JVM learns of the code as it runs. */
    private static final long MORE_MEMORY = 64 * 1024;

    private static final long MORE_MAPPINGS = 64;
    /** Threads of the JVM's own, which come and go. */
    private static final long MORE_THREADS = 3;

    static Footprint now() throws IOException {
        return new Footprint(memoryNow(), lines("maps"), entries("fd"), entries("task"));
    }

    private static long memoryNow() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    private static long lines(String file) throws IOException {
        return Files.readAllLines(Path.of("/proc/self", file)).size();
    }

    private static long entries(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self", directory))) {
            return entries.count();
        }
    }

    /** Whether nothing has become more since {@code begin} than a process that goes on has. */
    boolean isFlatSince(Footprint begin) {
        return memory <= begin.memory + MORE_MEMORY
                && mappings <= begin.mappings + MORE_MAPPINGS
                && descriptors <= begin.descriptors
                && threads <= begin.threads + MORE_THREADS;
    }

    @Override
    public String toString() {
        return "rss_kib=" + memory + " maps=" + mappings + " fds=" + descriptors + " threads=" + threads;
    }
}
