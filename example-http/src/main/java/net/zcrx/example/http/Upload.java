// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;

/**
 * One object on its way to disk: a hidden file that gets its name when it is complete. Its methods return at once
 * and may be called on any one thread; the work is done in order on the object's disk thread.
 */
final class Upload {
    private final EventExecutor disk;
    private final Path partial;
    private final Path target;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    /** Used on the disk thread only; {@code null} before it was opened and after it was closed. */
    private FileChannel file;

    Upload(EventExecutor disk, Path partial, Path target) {
        this.disk = disk;
        this.partial = partial;
        this.target = target;
        disk.execute(this::open);
    }

    /**
     * Completes with whether the object is a new one, or exceptionally as soon as the disk fails; never if the
     * upload is discarded.
     */
    CompletableFuture<Boolean> result() {
        return result;
    }

    /** Writes the piece from its own memory, and releases it on the disk thread. */
    void write(ByteBuf piece, Backpressure backpressure) {
        disk.execute(() -> {
            int bytes = piece.readableBytes();
            try {
                if (file != null) {
                    writeFully(piece);
                }
            } catch (IOException e) {
                fail(e);
            } finally {
                piece.release();
                backpressure.released(bytes);
            }
        });
    }

    /** Makes the object visible under its name. */
    void commit() {
        disk.execute(() -> {
            if (file == null) {
                return;
            }
            try {
                file.close();
                // All that concerns a name happens on one thread, so nobody comes between the two lines.
                boolean created = !Files.exists(target, LinkOption.NOFOLLOW_LINKS);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                file = null;
                result.complete(created);
            } catch (IOException e) {
                fail(e);
            }
        });
    }

    /** Leaves nothing behind; has no effect after {@link #commit}. */
    void discard() {
        disk.execute(this::deletePartial);
    }

    private void open() {
        try {
            file = FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void writeFully(ByteBuf piece) throws IOException {
        ByteBuffer[] parts = piece.nioBuffers();
        long left = piece.readableBytes();
        while (left > 0) {
            left -= file.write(parts);
        }
    }

    private void fail(IOException e) {
        deletePartial();
        result.completeExceptionally(e);
    }

    private void deletePartial() {
        if (file == null) {
            return;
        }
        FileChannel closing = file;
        file = null;
        try {
            Files.deleteIfExists(partial);
            closing.close();
        } catch (IOException e) {
            System.err.println("Could not remove the unfinished upload " + partial + ": " + e.getMessage());
        }
    }
}
