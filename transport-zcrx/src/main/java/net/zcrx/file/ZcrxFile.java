// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.concurrent.FailedFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import net.zcrx.loop.LoopHandle;

/**
 * A file that is read and written on the ring of an event loop of this transport: no thread waits for it, neither the
 * loop's nor one of a pool. The kernel gives operations that have to wait to threads of its own, at most 16 per loop.
 *
 * <pre>{@code
 * ZcrxFile.open(channel.eventLoop(), path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
 *         .addListener((Future<ZcrxFile> opened) -> opened.getNow().write(buffer, 0));
 * }</pre>
 *
 * <p><b>Threads.</b> All methods may be called on any thread, and none waits. Listeners of their futures run on the
 * event loop; on a thread of Netty's if that has ended or takes no more tasks, or an argument was wrong. From the
 * loop's own thread a call costs least.
 *
 * <p><b>Order.</b> Any number of operations may be under way. The kernel has up to 32 operations of a file and 256 of a
 * loop at a time, but only 4 writes of a file through the page cache, and does them in any order. The others wait, in
 * the order of the calls and without a bound. Writes that wait and lie side by side are joined into one request. An
 * application that writes faster than the disk has to wait for futures, as {@link ZcrxFileSink} does. {@link #force}
 * and {@link #close} begin when all operations that were called before have ended.
 *
 * <p><b>Failures</b> are reported by the future, as a {@link ZcrxFileException} that says what failed, where, and how
 * much was written before; an argument out of its range as {@link IllegalArgumentException}. A future cannot be
 * cancelled.
 *
 * <p><b>Life.</b> Close the file when it is of no more use. An event loop that ends closes its files; the operations
 * that the kernel has by then may still complete, and all others fail with {@code ECANCELED}.
 */
public final class ZcrxFile {
    /**
     * Opens past the page cache ({@code O_DIRECT}): data goes from the buffer's memory to the device and back without a
     * copy. Position, length and memory address of each operation must be multiples of the device's block size then,
     * mostly 512 or 4096 bytes.
     */
    public static final OpenOption DIRECT = new OpenOption() {
        @Override
        public String toString() {
            return "DIRECT";
        }
    };

    /** The charset by which the JDK encodes paths. */
    private static final Charset PATHS = Charset.forName(
            System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));

    private final LoopFiles files;
    private final FileQueue file;

    ZcrxFile(LoopFiles files, FileQueue file) {
        this.files = files;
        this.file = file;
    }

    /**
     * Opens a regular file or a block device.
     *
     * @param eventLoop of this transport: best that of the channel whose bytes are stored
     * @param path of the default file system
     * @param options {@link #DIRECT}, {@link java.nio.file.LinkOption#NOFOLLOW_LINKS}, and of
     *     {@link java.nio.file.StandardOpenOption} all but {@code APPEND} and {@code DELETE_ON_CLOSE}, with the meaning
     *     that they have for the JDK; without {@code WRITE} it is opened to read
     * @return fails with a {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.FileAlreadyExistsException},
     *     {@link java.nio.file.AccessDeniedException} or {@link ZcrxFileException}
     * @throws IllegalArgumentException if the event loop is none of this transport, or the path none of the default
     *     file system
     * @throws UnsupportedOperationException if there is no such option
     */
    public static Future<ZcrxFile> open(EventLoop eventLoop, Path path, OpenOption... options) {
        if (!(eventLoop instanceof IoEventLoop) || !((IoEventLoop) eventLoop).isCompatible(LoopHandle.class)) {
            throw new IllegalArgumentException(eventLoop + " is no event loop of zcrx. Use one of a ZcrxEventLoopGroup,"
                    + " or of a group made with ZcrxIoHandler.newFactory().");
        }
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    path + " lies in a file system of Java's own, which the kernel does not know. Use a FileChannel.");
        }
        int flags = OpenFlags.of(options);
        byte[] bytes = path.toAbsolutePath().toString().getBytes(PATHS);
        boolean direct = Arrays.asList(options).contains(DIRECT);
        LoopFiles files = LoopFiles.of((IoEventLoop) eventLoop);
        FileQueue file = new FileQueue(path, direct, LoopFiles.MOST_OF_FILE, files.newPromise());
        return files.submit(new OpenRequest(files, file, files.newPromise(), bytes, flags));
    }

    /** The event loop whose ring does the work. */
    public EventLoop eventLoop() {
        return files.eventLoop();
    }

    /** The path by which the file was opened. */
    public Path path() {
        return file.path();
    }

    /**
     * Writes a buffer's readable bytes, all of them: also where the kernel writes fewer at a time. The file grows if it
     * is too short.
     *
     * @param buffer is released when the kernel has no more use for it, also on failure; it must not be changed before.
     *     A received buffer, as any other in direct memory, is written from where it lies; others are copied once
     * @param position in bytes, from 0 on
     */
    public Future<Void> write(ByteBuf buffer, long position) {
        if (buffer.refCnt() <= 0) {
            return failed(new IllegalReferenceCountException(buffer.refCnt()));
        }
        try {
            checkRange(position, buffer.readableBytes());
        } catch (IllegalArgumentException e) {
            buffer.release();
            return failed(e);
        }
        ByteBuf memory;
        try {
            memory = DirectMemory.of(buffer);
        } catch (Throwable e) {
            return failed(e);
        }
        return files.submit(new WriteRequest(file, newPromise(), memory, position));
    }

    /**
     * Reads as many bytes as a buffer has room for without growing, and appends them to it.
     *
     * @param target that is not read-only. It must not be used before the future is done, but may be released. It stays
     *     the caller's
     * @param position in bytes, from 0 on
     * @return how many bytes were read: fewer than there is room for only where the file ends, 0 behind its end
     */
    public Future<Integer> read(ByteBuf target, long position) {
        if (target.refCnt() <= 0) {
            return failed(new IllegalReferenceCountException(target.refCnt()));
        }
        if (target.isReadOnly()) {
            return failed(new IllegalArgumentException(
                    "A read-only buffer cannot be read into. Give one that may be written to: " + target));
        }
        ReadRequest request;
        try {
            checkRange(position, target.writableBytes());
            request = new ReadRequest(file, newPromise(), target, position);
        } catch (Throwable e) {
            return failed(e);
        }
        return files.submit(request);
    }

    /**
     * Makes the device keep all data that was written before this call, so that it survives a loss of power.
     *
     * @param metaData whether metadata that is not needed to read the data again is kept too, such as the time of the
     *     last change
     */
    public Future<Void> force(boolean metaData) {
        return files.submit(new ForceRequest(file, newPromise(), metaData));
    }

    /**
     * Reserves a range on the device, so that no write into it fails because the device is full. The file grows if it
     * ends before, and reads as zeroes there.
     *
     * @param position in bytes, from 0 on
     * @param length in bytes, from 1 on
     */
    public Future<Void> allocate(long position, long length) {
        try {
            checkRange(position, length);
        } catch (IllegalArgumentException e) {
            return failed(e);
        }
        return files.submit(new AllocateRequest(file, newPromise(), position, length));
    }

    /** Asks how long a regular file is, in bytes. */
    public Future<Long> size() {
        return files.submit(new SizeRequest(file, newPromise()));
    }

    /**
     * Closes the file when all operations that were called before have ended; operations that are called later fail. A
     * second call returns a future that is done with the first.
     */
    public Future<Void> close() {
        return files.submit(new CloseRequest(file));
    }

    <T> Promise<T> newPromise() {
        return files.newPromise();
    }

    private static <T> Future<T> failed(Throwable cause) {
        return new FailedFuture<>(GlobalEventExecutor.INSTANCE, cause);
    }

    private static void checkRange(long position, long length) {
        if (position < 0 || length < 0 || position + length < 0) {
            throw new IllegalArgumentException(
                    "A range of a file begins at 0 or later and ends before 2^63, but position " + position
                            + " and length " + length + " were given.");
        }
    }

    @Override
    public String toString() {
        return "ZcrxFile(" + file.path() + ')';
    }
}
