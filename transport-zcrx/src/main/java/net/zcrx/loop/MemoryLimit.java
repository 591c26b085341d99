// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory the process may take before the kernel kills it: the limit of its cgroup and of those around it. The
 * JVM knows it, but tells it only by a module that a small image need not have.
 */
final class MemoryLimit {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private MemoryLimit() {}

    /** Returns the limit of this process in bytes; {@link Long#MAX_VALUE} if there is none. */
    static long ofProcess() {
        try {
            return of(CGROUPS, Files.readAllLines(Path.of("/proc/self/cgroup")));
        } catch (IOException e) {
            // No /proc in this sandbox: then there is direct memory's limit to go by.
            return Long.MAX_VALUE;
        }
    }

    /**
     * @param root where cgroups are mounted
     * @param memberships lines of {@code /proc/self/cgroup}: a number, controllers (none for version 2), a path
     */
    static long of(Path root, List<String> memberships) {
        long least = Long.MAX_VALUE;
        for (String line : memberships) {
            String[] parts = line.split(":", 3);
            if (parts[1].isEmpty()) {
                least = Math.min(least, least(root, parts[2], "memory.max"));
            } else if (List.of(parts[1].split(",")).contains("memory")) {
                least = Math.min(least, least(root.resolve("memory"), parts[2], "memory.limit_in_bytes"));
            }
        }
        return least;
    }

    /**
     * Returns the least limit on the path. In a container the path may be that of the host, of which only the mount is
     * there.
     */
    private static long least(Path mount, String path, String file) {
        Path directory = mount;
        long least = read(directory.resolve(file));
        for (Path name : Path.of(path)) {
            directory = directory.resolve(name);
            least = Math.min(least, read(directory.resolve(file)));
        }
        return least;
    }

    private static long read(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            // It is not there, or reads "max".
            return Long.MAX_VALUE;
        }
    }
}
