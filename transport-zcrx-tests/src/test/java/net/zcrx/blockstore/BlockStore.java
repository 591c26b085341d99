// SPDX-License-Identifier: Apache-2.0
package net.zcrx.blockstore;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.file.ZcrxFile;

/**
 * Stores blocks of 4 KiB in which no processor touches a byte: what the NIC wrote into a page goes to the device from
 * that page, as the file was opened with {@link ZcrxFile#DIRECT}.
 *
 * <p><b>Protocol.</b> A request is a block with the number of the first block to write and how many there are, as a
 * long and an int, padded to 4 KiB; then the blocks. The answer is the first number again, when all are written. So
 * each block begins at a multiple of 4 KiB of the stream; and where a segment has 4 KiB of payload (MTU 4148: 40 bytes
 * of headers, 12 of time stamps), at the beginning of a page. A block that does not lie so is copied to memory that
 * does, and counted.
 *
 * <p>It serves one connection, on the event loop of the file.
 */
public final class BlockStore extends ChannelInboundHandlerAdapter {
    /** Bytes of a block, and of a page. */
    public static final int BLOCK = 4096;

    /** Bytes on their way to the device, past which reading stops. */
    private static final int MOST_PENDING = 1 << 20;

    /** A request whose blocks are being written. */
    private static final class Request {
        final long first;
        long next;
        int toCome;
        int writes;

        Request(long first, int blocks) {
            this.first = first;
            next = first;
            toCome = blocks;
        }
    }

    private final ZcrxFile file;
    private final LongAdder inPlace;
    private final LongAdder copied;
    private Request request = new Request(0, 0);
    /** A block that did not come in one piece, or not where a page begins; {@code null} between blocks. */
    private ByteBuf partial;

    private int pending;

    /**
     * @param file that is open to write
     * @param inPlace counts blocks written from where they were received
     * @param copied counts blocks that had to be copied
     */
    public BlockStore(ZcrxFile file, LongAdder inPlace, LongAdder copied) {
        this.file = file;
        this.inPlace = inPlace;
        this.copied = copied;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        try {
            while (received.isReadable()) {
                take(ctx, received);
            }
        } finally {
            received.release();
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf received) {
        int blocks = partial == null ? received.readableBytes() / BLOCK : 0;
        if (blocks > 0 && request.toCome == 0) {
            begin(received.readSlice(BLOCK));
        } else if (blocks > 0 && isAligned(received)) {
            int count = Math.min(blocks, request.toCome);
            inPlace.add(count);
            write(ctx, received.readRetainedSlice(count * BLOCK));
        } else {
            gather(ctx, received);
        }
    }

    private void begin(ByteBuf header) {
        request = new Request(header.readLong(), header.readInt());
    }

    private static boolean isAligned(ByteBuf received) {
        return received.hasMemoryAddress() && (received.memoryAddress() + received.readerIndex()) % BLOCK == 0;
    }

    private void gather(ChannelHandlerContext ctx, ByteBuf received) {
        if (partial == null) {
            partial = newBlock(ctx);
        }
        partial.writeBytes(received, Math.min(partial.writableBytes(), received.readableBytes()));
        if (partial.isWritable()) {
            return;
        }
        ByteBuf block = partial;
        partial = null;
        if (request.toCome == 0) {
            begin(block);
            block.release();
        } else {
            copied.increment();
            write(ctx, block);
        }
    }

    private static ByteBuf newBlock(ChannelHandlerContext ctx) {
        ByteBuf memory = ctx.alloc().directBuffer(2 * BLOCK);
        int gap = (int) (-memory.memoryAddress() & BLOCK - 1);
        return memory.slice(gap, BLOCK).clear();
    }

    private void write(ChannelHandlerContext ctx, ByteBuf blocks) {
        Request current = request;
        int bytes = blocks.readableBytes();
        long position = current.next * BLOCK;
        current.next += bytes / BLOCK;
        current.toCome -= bytes / BLOCK;
        current.writes++;
        pending += bytes;
        if (pending > MOST_PENDING) {
            ctx.channel().config().setAutoRead(false);
        }
        file.write(blocks, position).addListener((Future<Void> written) -> written(ctx, current, bytes, written));
    }

    private void written(ChannelHandlerContext ctx, Request of, int bytes, Future<Void> write) {
        pending -= bytes;
        of.writes--;
        if (!write.isSuccess()) {
            // Without an answer the client knows nothing of its blocks, and has to write them again.
            ctx.close();
            return;
        }
        if (of.writes == 0 && of.toCome == 0) {
            ctx.writeAndFlush(ctx.alloc().directBuffer(Long.BYTES).writeLong(of.first));
        }
        if (pending <= MOST_PENDING / 2) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (partial != null) {
            partial.release();
            partial = null;
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
