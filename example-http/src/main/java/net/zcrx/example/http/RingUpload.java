// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import net.zcrx.file.ZcrxFile;

/** Writes an object on the ring of the event loop that receives it. Only its name is given on a disk thread. */
final class RingUpload implements Upload {
    private final EventLoop loop;
    private final EventExecutor disk;
    private final StoreDirectory directory;
    private final Path partial;
    private final Path target;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    /** The writes that were asked for before the file was open. */
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    private ZcrxFile file;
    private boolean opened;
    private long position;
    private int writes;
    private boolean committing;
    /** It got its name, or failed, or was discarded. */
    private boolean over;

    /** Begins an upload on the event loop, as all other methods. */
    RingUpload(EventLoop loop, EventExecutor disk, StoreDirectory directory, Path target) {
        this.loop = loop;
        this.disk = disk;
        this.directory = directory;
        partial = directory.newPartial();
        this.target = target;
        ZcrxFile.open(loop, partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                .addListener(this::opened);
    }

    private void opened(Future<? super ZcrxFile> open) {
        opened = true;
        if (!open.isSuccess()) {
            fail(open.cause());
        } else {
            file = (ZcrxFile) open.getNow();
            if (over) {
                remove();
            }
        }
        Runnable next;
        while ((next = waiting.poll()) != null) {
            next.run();
        }
        closeIfWritten();
    }

    @Override
    public CompletableFuture<Boolean> result() {
        return result;
    }

    @Override
    public void write(ByteBuf piece, Backpressure backpressure) {
        if (!opened) {
            waiting.add(() -> write(piece, backpressure));
        } else if (over) {
            backpressure.discard(piece);
        } else {
            int bytes = piece.readableBytes();
            long start = position;
            position += bytes;
            writes++;
            file.write(piece, start).addListener(written -> {
                writes--;
                backpressure.released(bytes);
                if (written.isSuccess()) {
                    closeIfWritten();
                } else {
                    fail(written.cause());
                }
            });
        }
    }

    @Override
    public void commit() {
        committing = true;
        closeIfWritten();
    }

    private void closeIfWritten() {
        if (opened && committing && !over && writes == 0) {
            over = true;
            Future<Void> forced = directory.isDurable() ? file.force(true) : loop.newSucceededFuture(null);
            // Closing begins when the other has ended.
            file.close().addListener(closed -> {
                Throwable failure = forced.isSuccess() ? closed.cause() : forced.cause();
                onDisk(failure == null ? this::publish : () -> failWithoutFile(failure));
            });
        }
    }

    private void publish() {
        try {
            result.complete(directory.publish(partial, target));
        } catch (IOException e) {
            failWithoutFile(e);
        }
    }

    /**
     * Fails the upload on the disk thread: a listener that learns of the failure finds nothing of the upload, and its
     * room free.
     */
    private void failWithoutFile(Throwable cause) {
        directory.discard(partial);
        result.completeExceptionally(cause);
    }

    @Override
    public void discard() {
        if (!over && !committing) {
            over = true;
            if (file != null) {
                remove();
            }
        }
    }

    private void fail(Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        if (file == null) {
            result.completeExceptionally(cause);
        } else {
            file.close().addListener(closed -> onDisk(() -> failWithoutFile(cause)));
        }
    }

    private void remove() {
        file.close();
        onDisk(() -> directory.discard(partial));
    }

    private void onDisk(Runnable task) {
        try {
            disk.execute(task);
        } catch (RejectedExecutionException e) {
            // The server ends, and its disk threads have ended already: nobody waits for this loop any more.
            task.run();
        }
    }
}
