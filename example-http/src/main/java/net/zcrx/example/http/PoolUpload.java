// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;

/** Writes an object on its disk thread. */
final class PoolUpload implements Upload {
    private final EventExecutor disk;
    private final StoreDirectory directory;
    private final Path partial;
    private final Path target;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    /** Used on the disk thread only; {@code null} before it was opened and after it was closed. */
    private FileChannel file;

    PoolUpload(EventExecutor disk, StoreDirectory directory, Path target) {
        this.disk = disk;
        this.directory = directory;
        partial = directory.newPartial();
        this.target = target;
        disk.execute(this::open);
    }

    @Override
    public CompletableFuture<Boolean> result() {
        return result;
    }

    @Override
    public void write(ByteBuf piece, Backpressure backpressure) {
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

    @Override
    public void commit() {
        disk.execute(() -> {
            if (file == null) {
                return;
            }
            try {
                if (directory.isDurable()) {
                    file.force(true);
                }
                file.close();
                boolean created = directory.publish(partial, target);
                file = null;
                result.complete(created);
            } catch (IOException e) {
                fail(e);
            }
        });
    }

    @Override
    public void discard() {
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
        directory.discard(partial);
        try {
            file.close();
        } catch (IOException e) {
            // Its bytes are of no more use, and its descriptor is closed in any case.
            System.err.println("Could not write the unfinished upload " + partial + ": " + e.getMessage());
        }
        file = null;
    }
}
