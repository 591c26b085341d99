// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.zcrx.benchmarks.Undoing;

/** Huge pages for receive buffers that are larger than a page. */
final class HugePages {
    private static final Path WANTED = Path.of("/proc/sys/vm/nr_hugepages");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private HugePages() {}

    /**
     * Makes this number of bytes of huge pages free.
     *
     * @throws IOException if the kernel does not have them, or root is missing; a sentence
     */
    static void provide(long bytes, Undoing undoing) throws IOException {
        long pageBytes = field("Hugepagesize:") * 1024;
        long pages = (bytes + pageBytes - 1) / pageBytes;
        long missing = pages - field("HugePages_Free:");
        if (missing <= 0) {
            return;
        }
        long before = Long.parseLong(Files.readString(WANTED).trim());
        try {
            undoing.change("vm.nr_hugepages (" + before + ')', () -> write(before + missing), () -> write(before));
        } catch (IOException e) {
            throw new IOException(
                    "Buffers larger than a page need " + missing + " more huge pages, and they could not be set aside ("
                            + e.getMessage() + "). As root: sysctl vm.nr_hugepages=" + (before + missing),
                    e);
        }
        if (field("HugePages_Free:") < pages) {
            throw new IOException("Buffers larger than a page need " + pages + " free huge pages, and the kernel found "
                    + field("HugePages_Free:") + ". Free some memory, or set them aside soon after a boot.");
        }
    }

    private static void write(long pages) throws IOException {
        Files.writeString(WANTED, pages + "\n");
    }

    private static long field(String name) throws IOException {
        for (String line : Files.readAllLines(MEMORY)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("The kernel has no huge pages (" + MEMORY + " has no " + name + ").");
    }
}
