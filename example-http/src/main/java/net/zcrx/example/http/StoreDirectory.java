// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The directory that has the objects, each under its name. Methods that wait for the disk are called on a disk thread,
 * for one name always on the same one.
 */
final class StoreDirectory {
    private final Path path;
    private final boolean durable;

    private interface Change {
        void make() throws IOException;
    }

    private StoreDirectory(Path path, boolean durable) {
        this.path = path;
        this.durable = durable;
    }

    /** Creates it if it is missing, and tries it out. */
    static StoreDirectory open(Path path, boolean durable) throws IOException {
        StoreDirectory directory = new StoreDirectory(path, durable);
        directory.create(path.toAbsolutePath());
        Files.newDirectoryStream(path).close();
        directory.change(path, () -> Files.delete(Files.createTempFile(path, ".probe-", null)));
        return directory;
    }

    private void create(Path absolute) throws IOException {
        Path parent = absolute.getParent();
        if (parent == null || Files.isDirectory(absolute)) {
            return;
        }
        create(parent);
        change(parent, () -> Files.createDirectories(absolute));
    }

    /** Whether an object must survive a loss of power once its upload is answered. */
    boolean isDurable() {
        return durable;
    }

    /** Returns the path of the object of this name, if there is one; from any thread. */
    Path path(String name) {
        return path.resolve(name);
    }

    /** A new name that is none of an object. From any thread. */
    Path newPartial() {
        return path.resolve(".upload-" + UUID.randomUUID());
    }

    /**
     * Gives a complete file its name. Returns whether there was none of this name; fails with
     * {@link FileAlreadyExistsException} if something has it that is no object.
     */
    boolean publish(Path partial, Path target) throws IOException {
        // All that concerns a name happens on one thread, so nobody comes between these lines.
        boolean created = !Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (!created && !isObject(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "is no regular file");
        }
        change(path, () -> Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE));
        return created;
    }

    /** Deletes an object; fails with {@link NoSuchFileException} if there is none. */
    void delete(String name) throws IOException {
        Path object = existing(name);
        change(path, () -> Files.delete(object));
    }

    /** Deletes a file that was not published; says so where it cannot. */
    void discard(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            System.err.println("Could not remove the unfinished upload " + partial + ": " + e.getMessage());
        }
    }

    /** Opens an object for reading; fails with {@link NoSuchFileException} if there is none. */
    FileChannel read(String name) throws IOException {
        return FileChannel.open(existing(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private Path existing(String name) throws NoSuchFileException {
        Path object = path(name);
        if (!isObject(object)) {
            throw new NoSuchFileException(name);
        }
        return object;
    }

    private static boolean isObject(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Changes names, and puts them on the device, as a file's own fsync does not do that. The directory is opened
     * first: where that fails nothing is changed.
     */
    private void change(Path directory, Change change) throws IOException {
        if (!durable) {
            change.make();
            return;
        }
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            change.make();
            names.force(true);
        }
    }
}
