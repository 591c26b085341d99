// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that writes at a bounded speed: ext4 on a loop device over a file in memory. Few of its pages may wait to be
 * written. So whoever writes more than it takes is soon held up by the kernel, as with any disk that is too slow.
 */
final class SlowDisk implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    /** Sparse. Room for uploads, and for the blocks of earlier ones until the journal lets them go. */
    private static final long BYTES = 2L << 30;

    private static final int WAITING_BYTES = 32 << 20;
    private static final String NEEDS =
            "A slow disk needs root, Linux 6.2, and the controller blkio of cgroup v1; what failed: ";

    private final Undoing undoing = new Undoing(System.err::println);
    private Path base;
    private String device;

    private SlowDisk() {}

    /**
     * Creates the disk.
     *
     * @param bytesPerSecond that it writes
     * @throws IOException if this machine cannot have it; it says what is missing
     */
    static SlowDisk create(long bytesPerSecond) throws IOException {
        SlowDisk disk = new SlowDisk();
        try {
            disk.attach();
            disk.mount();
            disk.limit(bytesPerSecond);
            return disk;
        } catch (IOException e) {
            disk.close();
            throw new IOException(NEEDS + e.getMessage(), e);
        }
    }

    /**
     * Returns its directory.
     *
     * @throws IOException if the process is ending, and the disk goes
     */
    Path directory() throws IOException {
        undoing.requireNotEnded();
        return base.resolve("disk");
    }

    private Path controller() {
        return base.resolve("blkio");
    }

    private void attach() throws IOException {
        undoing.change(
                "The directory of the slow disk",
                () -> base = Files.createTempDirectory(MEMORY, "zcrx-slow-disk"),
                () -> Files.delete(base));
        Path image = base.resolve("image");
        undoing.change(image.toString(), () -> create(image), () -> Files.delete(image));
        undoing.change(
                "The loop device of " + image,
                () -> device =
                        run("losetup", "--find", "--show", image.toString()).trim(),
                () -> run("losetup", "--detach", device));
        // All of it now: a file system that is made in part writes the rest when it is in use.
        run("mkfs.ext4", "-q", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", device);
    }

    private static void create(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
    }

    private void mount() throws IOException {
        mount(directory(), "-o", "noatime", device);
        // A hierarchy can be mounted in more than one place, so this need not look for it.
        mount(controller(), "-t", "cgroup", "-o", "blkio", "none");
    }

    private void mount(Path where, String... what) throws IOException {
        undoing.change(where.toString(), () -> Files.createDirectory(where), () -> Files.delete(where));
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(what));
        command.add(where.toString());
        undoing.change("The mount of " + where, () -> Processes.output(command), () -> run("umount", where.toString()));
    }

    private void limit(long bytesPerSecond) throws IOException {
        String number = Files.readString(
                        Path.of("/sys/block", Path.of(device).getFileName().toString(), "dev"))
                .trim();
        Path waiting = Path.of("/sys/class/bdi", number);
        Path ratio = waiting.resolve("max_ratio");
        String before = Files.readString(ratio);
        undoing.change(
                "The share of memory that may wait for " + device,
                () -> write(waiting.resolve("max_bytes"), Integer.toString(WAITING_BYTES)),
                () -> write(ratio, before));
        Path strict = waiting.resolve("strict_limit");
        undoing.change("The strict limit of " + device, () -> write(strict, "1"), () -> write(strict, "0"));
        Path speed = controller().resolve("blkio.throttle.write_bps_device");
        undoing.change(
                "The speed of " + device,
                () -> write(speed, number + ' ' + bytesPerSecond),
                () -> write(speed, number + " 0"));
    }

    private static void write(Path setting, String value) throws IOException {
        Files.writeString(setting, value);
    }

    private static String run(String... command) throws IOException {
        return Processes.output(List.of(command));
    }

    @Override
    public void close() {
        undoing.close();
    }
}
