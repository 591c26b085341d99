// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.lessons.Ends.Pair;
import net.zcrx.lessons.Ends.Transport;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection whose turn is over goes on in the loop's next pass, after the loop's tasks, whatever happens meanwhile.
 */
@ExtendWith(Invariants.class)
class WriteTurnTest {
    private static final int LARGE = 16 * 1024;
    private static final int WRITES = 5;
    private static final int TURN = 2;
    private static final int MORE_THAN_SOCKETS_HOLD = 32 << 20;
    /** TCP_ESTABLISHED. */
    private static final int ESTABLISHED = 1;

    private static final long LOOK_MILLIS = 100;
    /**
     * Of the processor, while a loop that does not sleep takes all of {@link #LOOK_MILLIS}, or half on a busy machine.
     */
    private static final long AT_REST_NANOS = 5_000_000;

    private final byte[] data = Loops.pattern(WRITES * LARGE);
    private final List<ChannelFuture> writes = new ArrayList<>();
    private Ends ends;
    private Pair pair;

    @BeforeEach
    void connect() throws Exception {
        ends = new Ends(Transport.ZCRX, 2, new Recorder());
        pair = ends.connect();
        pair.channel().config().setWriteSpinCount(TURN);
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
        ends.close();
    }

    /** Writes everything, of which only the turn is sent before {@code then}. */
    private <T> T writeAll(Callable<T> then) throws Exception {
        SocketChannel channel = pair.channel();
        return pair.onLoop(() -> {
            for (int i = 0; i < WRITES; i++) {
                byte[] part = Arrays.copyOfRange(data, i * LARGE, (i + 1) * LARGE);
                // The last one is a region, which has the same turn.
                writes.add(
                        channel.writeAndFlush(i == WRITES - 1 ? new TestRegion(part) : Unpooled.wrappedBuffer(part)));
            }
            assertEquals(TURN, done());
            return then.call();
        });
    }

    private static boolean isReset(SocketChannel channel) {
        return ((ZcrxSocketChannel) channel).tcpInfo().state() != ESTABLISHED;
    }

    private long done() {
        return writes.stream().filter(ChannelFuture::isDone).count();
    }

    private void awaitAll() throws Exception {
        assertArrayEquals(data, pair.peer().getInputStream().readNBytes(data.length));
        for (ChannelFuture write : writes) {
            assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
        }
    }

    @Test
    void shouldLetTasksGoFirst() throws Exception {
        List<Long> seen = new ArrayList<>();
        writeAll(() -> pair.channel().eventLoop().submit(() -> seen.add(done())))
                .sync();
        awaitAll();
        assertEquals(List.of((long) TURN), seen);
    }

    @Test
    void shouldSendAllBeforeClose() throws Exception {
        ChannelFuture closed = writeAll(() -> pair.channel().close());
        awaitAll();
        assertEquals(-1, pair.peer().getInputStream().read());
        Ends.await(closed);
    }

    @Test
    void shouldSendAllBeforeTheOutputEnds() throws Exception {
        ChannelFuture ended = writeAll(() -> pair.channel().shutdownOutput());
        awaitAll();
        assertEquals(-1, pair.peer().getInputStream().read());
        assertTrue(Ends.await(ended).isSuccess());
    }

    /** Without requests of the channel, which would keep it on its loop until they have ended. */
    @Test
    void shouldSendTheRestOnTheNextLoop() throws Exception {
        pair.peer().shutdownOutput();
        Ends.await("the peer's end is seen", pair.channel()::isInputShutdown);
        ChannelFuture left = writeAll(() -> pair.channel().deregister());
        assertTrue(Ends.await(left).isSuccess());
        assertTrue(Ends.await(ends.next().register(pair.channel())).isSuccess());
        awaitAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, TURN, 16})
    void shouldSleepWhileTheSocketIsFull(int turn) throws Exception {
        SocketChannel channel = pair.channel();
        channel.config().setWriteSpinCount(turn);
        long loop = pair.onLoop(() -> Thread.currentThread().getId());
        ChannelFuture write =
                pair.onLoop(() -> channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[MORE_THAN_SOCKETS_HOLD])));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Ends.await("the loop sleeps", () -> {
            long before = threads.getThreadCpuTime(loop);
            Thread.sleep(LOOK_MILLIS);
            return threads.getThreadCpuTime(loop) - before < AT_REST_NANOS;
        });
        assertFalse(write.isDone());
        pair.peer().getInputStream().skipNBytes(MORE_THAN_SOCKETS_HOLD);
        assertTrue(Ends.await(write).isSuccess());
    }

    @Test
    void shouldFailTheRestIfThePeerResets() throws Exception {
        pair.peer().setSoLinger(true, 0);
        writeAll(() -> {
            pair.peer().close();
            Ends.await("the reset is there", () -> isReset(pair.channel()));
            return null;
        });
        for (ChannelFuture write : writes) {
            Ends.await(write);
        }
        assertTrue(writes.get(TURN - 1).isSuccess());
        assertNotNull(writes.get(TURN).cause());
        Ends.await(pair.channel().closeFuture());
    }
}
