// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import net.zcrx.nic.NicException;
import net.zcrx.uring.Container;

/**
 * The directory where this transport notes its changes to NICs, so that a later start can undo them after a crash. It
 * need not survive a boot, as the settings of a NIC do not either.
 */
final class StateDirectory {
    private static final Object IN_THIS_PROCESS = new Object();

    private final Path path;

    StateDirectory(Path path) {
        this.path = path;
    }

    /** {@code /run/zcrx} for root, else {@code zcrx} in {@code XDG_RUNTIME_DIR}. */
    static StateDirectory find() throws NicException {
        Path system = Path.of("/run/zcrx");
        if (Files.isWritable(Files.exists(system) ? system : system.getParent())) {
            return new StateDirectory(system);
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isWritable(Path.of(runtime))) {
            return new StateDirectory(Path.of(runtime, "zcrx"));
        }
        throw new NicException("There is no place to note changes to a NIC in: neither " + system
                + " nor XDG_RUNTIME_DIR can be written to. Make one"
                + Container.text(
                        " with: sudo install -d -o " + System.getProperty("user.name") + " " + system,
                        ": mount a folder that can be written to (--tmpfs " + system + ").",
                        ": mount a volume of type emptyDir at " + system + "."));
    }

    interface Action<T> {
        T run() throws NicException, IOException;
    }

    /** Runs an action while no other process or thread runs one; they take milliseconds. */
    <T> T locked(Action<T> action) throws NicException {
        // A file lock belongs to a process, so threads need one more lock.
        synchronized (IN_THIS_PROCESS) {
            try {
                Files.createDirectories(path);
                try (FileChannel channel =
                        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    // Closing the channel releases the lock.
                    channel.lock();
                    return action.run();
                }
            } catch (NicException e) {
                throw e;
            } catch (IOException e) {
                throw new NicException("What was changed on NICs could not be noted in " + path + ": " + e, e);
            }
        }
    }

    /** Creates an empty file whose name begins with {@code prefix}. */
    Path create(String prefix) throws IOException {
        return Files.createTempFile(path, prefix, "");
    }

    Path file(String name) {
        return path.resolve(name);
    }

    List<Path> filesNamed(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            List<Path> found = new ArrayList<>();
            files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .forEach(found::add);
            return found;
        }
    }

    static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        return properties;
    }

    static void write(Path file, Properties properties) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
    }
}
