// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.ZcrxByteBuf;

/**
 * Joins a short message that lies in two places, by copying it. That happens once per chunk. It is cheaper than sending
 * two parts through a pipeline that seldom sees parts and is not compiled for them.
 */
final class Joiner {
    /** Longest message, in bytes. */
    private static final int MAX_BYTES = 16 * 1024;

    private static final int NONE = -1;

    private final Area area;
    private final Chunks chunks;
    private final BufferPool pool;
    /** The chunk for joined messages, or {@link #NONE}. */
    private int chunk = NONE;

    Joiner(Area area, Chunks chunks, BufferPool pool) {
        this.area = area;
        this.chunks = chunks;
        this.pool = pool;
    }

    /** Joins the last buffer and the one after it if they are short; returns whether it did. */
    boolean joinLast(ByteBuf second, Receiver.Inbound inbound, ByteBufAllocator alloc) {
        ByteBuf first = inbound.last();
        if (first == null) {
            return false;
        }
        int bytes = first.readableBytes() + second.readableBytes();
        if (bytes > MAX_BYTES || !(second instanceof ZcrxByteBuf) || !makeRoom(bytes)) {
            return false;
        }
        int used = chunk;
        int offset = chunks.fill(used, bytes);
        ByteBuf joined = null;
        try {
            // A ZcrxByteBuf as all others: the first buffer of another class, met late, makes the JVM discard the
            // compiled code of a whole pipeline.
            joined = pool.get(area, offset, bytes, used, false, alloc);
        } finally {
            if (joined == null) {
                chunks.giveBack(used);
            }
        }
        joined.clear().writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        inbound.replaceLast(joined);
        return true;
    }

    /** Takes another chunk if need be; returns whether there is one. */
    private boolean makeRoom(int bytes) {
        if (hasChunk() && chunks.room(chunk) < bytes) {
            endChunk();
        }
        if (!hasChunk() && chunks.free() > 0 && bytes <= chunks.bytes()) {
            chunk = chunks.begin();
        }
        return hasChunk();
    }

    /** Whether a chunk is being filled. */
    boolean hasChunk() {
        return chunk != NONE;
    }

    /** Adds no more to the chunk, if there is one: it is free as soon as its messages have been released. */
    void endChunk() {
        if (hasChunk()) {
            int ended = chunk;
            chunk = NONE;
            chunks.end(ended);
        }
    }
}
