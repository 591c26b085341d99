// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes go through shared memory as through any stream channel. */
class SharedChannelTest {
    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    /** Sends back what it receives. */
    @ChannelHandler.Sharable
    static class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }

    /** Compares what comes with what it expects. */
    static final class Comparison extends SimpleChannelInboundHandler<ByteBuf> {
        final CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        private final byte[] expected;
        private int position;

        Comparison(byte[] expected) {
            this.expected = expected;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf buffer) {
            while (buffer.isReadable()) {
                byte there = buffer.readByte();
                if (position == expected.length || there != expected[position]) {
                    outcome.complete(new AssertionError("Byte " + position + " is wrong."));
                    return;
                }
                position++;
            }
            if (position == expected.length) {
                outcome.complete(null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outcome.complete(new AssertionError("The end came after " + position + " bytes."));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            outcome.complete(cause);
        }

        void await() throws Exception {
            assertNull(outcome.get(SharedLoops.SECONDS, TimeUnit.SECONDS));
        }
    }

    static byte[] random(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        return data;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 1000, 32 * 1024, 32 * 1024 + 1, 1 << 20, 20_000_000})
    void shouldEcho(int bytes) throws Exception {
        byte[] data = random(bytes);
        Comparison comparison = new Comparison(data);
        Channel client = loops.connect(new Echo(), comparison);
        client.writeAndFlush(Unpooled.wrappedBuffer(data)).sync();
        comparison.await();
        client.close().sync();
    }

    @Test
    void shouldEchoManySmallMessages() throws Exception {
        byte[] data = random(100_000);
        Comparison comparison = new Comparison(data);
        Channel client = loops.connect(new Echo(), comparison);
        for (int at = 0; at < data.length; at += 10) {
            client.writeAndFlush(Unpooled.wrappedBuffer(data, at, 10));
        }
        comparison.await();
        client.close().sync();
    }

    @Test
    void shouldTellPeer() throws Exception {
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        Channel client = loops.connect(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        accepted.complete(context.channel());
                    }
                },
                new ChannelInboundHandlerAdapter());
        ZcrxSharedChannel server = (ZcrxSharedChannel) accepted.get(SharedLoops.SECONDS, TimeUnit.SECONDS);
        assertEquals(ProcessHandle.current().pid(), server.peer().pid());
        assertEquals(
                ProcessHandle.current().pid(),
                ((ZcrxSharedChannel) client).peer().pid());
        client.close().sync();
        assertTrue(server.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS));
    }
}
