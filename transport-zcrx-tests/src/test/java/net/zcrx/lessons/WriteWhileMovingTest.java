// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.zcrx.lessons.Ends.Transport;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written while a channel leaves its loop, is on none, or has not arrived at the next one. */
@ExtendWith(Invariants.class)
class WriteWhileMovingTest {
    private final Recorder recorder = new Recorder();

    /** What the socket takes goes out at once: no loop is needed for that. */
    @ParameterizedTest
    @EnumSource
    void shouldSendWhatIsFlushedWhileDeregistered(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            List<ChannelFuture> writes = new ArrayList<>();
            ChannelFuture left = pair.onLoop(() -> {
                ChannelFuture leaving = pair.channel().deregister();
                writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1})));
                writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2})));
                return leaving;
            });
            assertTrue(Ends.await(left).isSuccess());
            writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {3})));
            writes.add(pair.channel().writeAndFlush(new TestRegion(new byte[] {4})));
            assertArrayEquals(
                    new byte[] {1, 2, 3, 4}, pair.peer().getInputStream().readNBytes(4));
            for (ChannelFuture write : writes) {
                assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
            }
        }
    }

    /** The next loop's thread may write at once, while the last one's still completes a write. */
    @ParameterizedTest
    @EnumSource
    void shouldKeepOrderOfWritesByTwoLoops(Transport transport) throws Exception {
        int moves = 300;
        byte[] data = Loops.pattern(2 * moves * 1000);
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (Ends ends = new Ends(transport, 2, recorder);
                Ends.Pair pair = ends.connect()) {
            Future<byte[]> arriving =
                    reader.submit(() -> pair.peer().getInputStream().readNBytes(data.length));
            List<ChannelFuture> writes = new ArrayList<>();
            for (int i = 0; i < moves; i++) {
                byte[] before = Arrays.copyOfRange(data, 2 * i * 1000, (2 * i + 1) * 1000);
                byte[] after = Arrays.copyOfRange(data, (2 * i + 1) * 1000, (2 * i + 2) * 1000);
                EventLoop next = ends.next();
                CompletableFuture<ChannelFuture> registered = new CompletableFuture<>();
                pair.channel().pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelUnregistered(ChannelHandlerContext ctx) {
                        ctx.pipeline().remove(this);
                        registered.complete(next.register(ctx.channel()));
                    }
                });
                pair.onLoop(() -> {
                    writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(before)));
                    return pair.channel().deregister();
                });
                ChannelFuture moved = registered.get(Loops.SECONDS, TimeUnit.SECONDS);
                // Not waited for: these tasks run on the next loop, before the last one has let go of the channel.
                writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(after)));
                assertTrue(Ends.await(moved).isSuccess());
            }
            assertArrayEquals(data, arriving.get(Loops.SECONDS, TimeUnit.SECONDS));
            for (ChannelFuture write : writes) {
                assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
            }
        } finally {
            reader.shutdownNow();
        }
    }
}
