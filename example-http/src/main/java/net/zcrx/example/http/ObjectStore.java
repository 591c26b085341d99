// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import net.zcrx.ZcrxIoHandler;

/**
 * Objects in one directory, a file each. A few threads do the disk's work, but for larger uploads on the loops of
 * zcrx; all that concerns one name is done by the same thread, in order.
 */
final class ObjectStore {
    /** No separator, and no dot in front: a name can neither leave the directory nor hit a hidden file. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    /**
     * A thread does a small object's work in one go, where the ring hands over each step of it; decision 22 measured.
     */
    private static final long RING_FROM = 2 << 20;

    static final String NAME_RULE =
            "An object's name has 1 to 128 letters, digits, dots, underscores and hyphens, and no dot in front.";

    private final StoreDirectory directory;
    private final DefaultEventExecutorGroup group;
    private final List<EventExecutor> threads = new ArrayList<>();

    /** An object that was opened: the caller closes the file. */
    record Opened(FileChannel file, long size) {}

    private ObjectStore(StoreDirectory directory, int threadCount) {
        this.directory = directory;
        group = new DefaultEventExecutorGroup(threadCount, new DefaultThreadFactory("disk"));
        group.forEach(threads::add);
    }

    /**
     * Creates the directory if it is missing, and tries it out.
     *
     * @param durable whether uploads and deletions are done only when they survive a loss of power
     */
    static ObjectStore open(Path directory, int threadCount, boolean durable) throws ServerException {
        try {
            return new ObjectStore(StoreDirectory.open(directory, durable), threadCount);
        } catch (IOException e) {
            throw new ServerException(
                    "The data directory " + directory + " cannot be read and written (" + e
                            + "): choose another --data-dir or change its permissions.",
                    e);
        }
    }

    static boolean isValidName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether the event loop can do the disk's work itself. */
    static boolean hasRing(EventExecutor loop) {
        return loop instanceof IoEventLoop ring && ring.isIoType(ZcrxIoHandler.class);
    }

    /** Returns the path of the object of this name, if there is one. */
    Path path(String name) {
        return directory.path(name);
    }

    /**
     * Begins to store an object.
     *
     * @param loop that the object is received on: it also writes it, if it can and the object is not small
     * @param length of the object; below 0 if it is not known yet
     */
    Upload upload(String name, EventExecutor loop, long length) {
        return hasRing(loop) && (length < 0 || length >= RING_FROM)
                ? new RingUpload((EventLoop) loop, threadOf(name), directory, path(name))
                : new PoolUpload(threadOf(name), directory, path(name));
    }

    /** Opens an object for reading; fails with {@link NoSuchFileException} if there is none. */
    CompletableFuture<Opened> open(String name) {
        return submit(name, () -> {
            FileChannel file = directory.read(name);
            return new Opened(file, file.size());
        });
    }

    /** Deletes an object; fails with {@link NoSuchFileException} if there is none. */
    CompletableFuture<Void> delete(String name) {
        return submit(name, () -> {
            directory.delete(name);
            return null;
        });
    }

    /**
     * Takes no more work. Returns a future that is done when all work that was begun is finished: never if a disk does
     * not answer.
     */
    Future<?> close() {
        return group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private <T> CompletableFuture<T> submit(String name, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threadOf(name).execute(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private EventExecutor threadOf(String name) {
        return threads.get(Math.floorMod(name.hashCode(), threads.size()));
    }
}
