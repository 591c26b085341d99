// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;

/** An application that holds more than the area has, lets go, and gets all bytes. */
final class Exhaustion implements Scenario {
    private static final int AREA_BYTES = 1 << 20;
    private static final int BYTES = 6 << 20;
    private static final int PIECE = 256 * 1024;

    /** Used on the loop's thread, and read when the loop has ended. */
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private final int key;
        private final int most;
        private final Queue<ByteBuf> held = new ArrayDeque<>();
        private int heldBytes;
        private long compared;
        private volatile Throwable fault;
        private volatile long received;

        /** @param most bytes that it holds at a time */
        Holder(int key, int most) {
            this.key = key;
            this.most = most;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            held.add(buffer);
            heldBytes += buffer.readableBytes();
            received += buffer.readableBytes();
            if (heldBytes > most || received == BYTES) {
                letGo();
            }
        }

        private void letGo() {
            for (ByteBuf buffer; (buffer = held.poll()) != null; ) {
                try {
                    Pattern.expect(buffer, compared, key);
                } catch (IllegalStateException e) {
                    fault = e;
                }
                compared += buffer.readableBytes();
                buffer.release();
            }
            heldBytes = 0;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            letGo();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fault = cause;
            ctx.close();
        }
    }

    @Override
    public void round(Random random, Tally tally) throws Exception {
        int key = random.nextInt();
        Holder holder = new Holder(key, AREA_BYTES / 2 + random.nextInt(2 * AREA_BYTES));
        try (Server server = new Server(1, 0, AREA_BYTES, holder)) {
            try (Socket peer = server.connect(tally)) {
                for (int position = 0; position < BYTES; position += PIECE) {
                    peer.getOutputStream().write(Pattern.bytes(position, PIECE, key));
                }
                peer.shutdownOutput();
                // The answer is the end of the connection, when all was received.
                peer.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
            if (server.exhaustions() > 0) {
                tally.add(Tally.Item.EXHAUSTIONS, 1);
            }
        }
        if (holder.fault != null) {
            throw new IllegalStateException("What was held is wrong, or the connection failed.", holder.fault);
        }
        if (holder.received != BYTES) {
            throw new IllegalStateException("Only " + holder.received + " of " + BYTES + " bytes were received.");
        }
        tally.add(Tally.Item.BYTES, BYTES);
        tally.add(Tally.Item.GROUPS, 1);
    }
}
