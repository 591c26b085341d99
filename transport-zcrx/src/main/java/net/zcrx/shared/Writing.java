// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes the messages that a channel has flushed. */
final class Writing {
    /** The most bytes of a file that are read at once. */
    private static final int REGION_BYTES = Layout.SLOT_BYTES;

    /**
     * The most bytes that are written before other channels of the loop have their turn. Without it writing might not
     * end: the other side may read as fast as this one writes, and a listener of a write may write more.
     */
    private static final long MOST_AT_ONCE = 1 << 20;

    /** The outcome of a write. */
    enum Outcome {
        /** All bytes were written. */
        ALL,
        /** A part was written, as there is no room for more now. */
        NO_ROOM,
        /** A part; more is to be written in the next pass of the loop. */
        LATER
    }

    private Writing() {}

    static Outcome writeAll(ChannelOutboundBuffer in, Link link, ByteBufAllocator alloc) throws IOException {
        long begin = link.written();
        for (Object message = in.current(); message != null; message = in.current()) {
            if (link.written() - begin >= MOST_AT_ONCE) {
                return Outcome.LATER;
            }
            boolean all = message instanceof ByteBuf
                    ? write(in, (ByteBuf) message, link)
                    : write(in, (FileRegion) message, link, alloc);
            if (!all) {
                return Outcome.NO_ROOM;
            }
        }
        return Outcome.ALL;
    }

    private static boolean write(ChannelOutboundBuffer in, ByteBuf buffer, Link link) throws IOException {
        int bytes = buffer.readableBytes();
        int written = link.write(buffer);
        in.removeBytes(written);
        return written == bytes;
    }

    /** Writes step by step. Bytes that were read from the file and had no room are read again later. */
    private static boolean write(ChannelOutboundBuffer in, FileRegion region, Link link, ByteBufAllocator alloc)
            throws IOException {
        Target target = new Target(link, alloc);
        while (region.transferred() < region.count()) {
            long written = region.transferTo(target, region.transferred());
            if (written <= 0) {
                if (target.isFull) {
                    return false;
                }
                in.remove(new IOException("A file region of " + region.count() + " bytes ended after "
                        + region.transferred() + ": the file is shorter now."));
                return true;
            }
            in.progress(written);
        }
        in.remove();
        return true;
    }

    /** The channel that a file region transfers its bytes to. */
    private static final class Target implements WritableByteChannel {
        private final Link link;
        private final ByteBufAllocator alloc;
        private boolean isFull;

        Target(Link link, ByteBufAllocator alloc) {
            this.link = link;
            this.alloc = alloc;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int bytes = Math.min(REGION_BYTES, from.remaining());
            ByteBuf copy = alloc.directBuffer(Math.max(1, bytes));
            try {
                ByteBuffer part = from.duplicate();
                copy.writeBytes(part.limit(part.position() + bytes));
                int written = link.write(copy);
                from.position(from.position() + written);
                isFull = written < bytes;
                return written;
            } finally {
                copy.release();
            }
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
