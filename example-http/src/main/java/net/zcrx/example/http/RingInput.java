// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import io.netty.util.concurrent.Future;
import java.io.EOFException;
import java.io.IOException;
import net.zcrx.file.ZcrxFile;

/**
 * A file that is sent piece by piece, each of which the ring reads while the one before is sent: the loop never waits.
 */
final class RingInput implements ChunkedInput<ByteBuf> {
    private static final int PIECE = 64 * 1024;

    private final ZcrxFile file;
    private final long size;
    private Runnable onReady;
    private long asked;
    private long taken;
    private ByteBuf ready;
    private boolean reading;
    private boolean asking;
    private boolean closed;
    private Throwable failure;

    /** @param file the file to read, which is closed with this */
    RingInput(ZcrxFile file, long size) {
        this.file = file;
        this.size = size;
    }

    /** Sets the action for the moment when there is a piece, after {@link #readChunk(ByteBufAllocator)} gave none. */
    void onReady(Runnable action) {
        onReady = action;
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        if (failure != null) {
            throw new IOException("An object could not be read.", failure);
        }
        ByteBuf piece = ready;
        ready = null;
        if (piece != null) {
            taken += piece.readableBytes();
        }
        if (!reading && asked < size) {
            ask(allocator);
        }
        return piece;
    }

    private void ask(ByteBufAllocator allocator) {
        int bytes = (int) Math.min(PIECE, size - asked);
        ByteBuf target = allocator.directBuffer(bytes, bytes);
        reading = true;
        asking = true;
        file.read(target, asked).addListener((Future<Integer> read) -> done(target, read));
        asking = false;
        asked += bytes;
    }

    private void done(ByteBuf target, Future<Integer> read) {
        reading = false;
        if (!read.isSuccess()) {
            failure = read.cause();
        } else if (target.isWritable()) {
            failure = new EOFException("It has become shorter meanwhile.");
        }
        if (closed || failure != null) {
            target.release();
        } else {
            ready = target;
        }
        if (!closed && !asking) {
            onReady.run();
        }
    }

    @Override
    @Deprecated
    public ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
        return readChunk(ctx.alloc());
    }

    @Override
    public boolean isEndOfInput() {
        return taken == size;
    }

    @Override
    public long length() {
        return size;
    }

    @Override
    public long progress() {
        return taken;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (ready != null) {
                ready.release();
                ready = null;
            }
            file.close();
        }
    }
}
