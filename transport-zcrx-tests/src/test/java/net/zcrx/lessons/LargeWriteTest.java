// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.lessons.Ends.Pair;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A loop that has made many sends in this pass leaves small ones to its end. Large ones are done when flush returns, if
 * the socket takes them.
 */
class LargeWriteTest {
    private static final int LARGE = 16 * 1024;
    private static final int MORE_THAN_SOCKETS_HOLD = 32 << 20;
    /** Sends of a pass from which on the load is not light. */
    private static final int MANY = 5;

    private final Recorder recorder = new Recorder();
    private final AtomicLong read = new AtomicLong();
    private Ends ends;
    private Pair busy;
    private Pair pair;

    @BeforeEach
    void connect() throws Exception {
        ends = new Ends(Transport.ZCRX, 1, recorder);
        busy = ends.connect();
        pair = ends.connect();
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
        busy.close();
        ends.close();
    }

    private static ChannelFuture write(SocketChannel channel, int bytes) {
        return channel.writeAndFlush(channel.alloc().directBuffer(bytes).writeZero(bytes));
    }

    /** Whether it is done when flush returns, with more than a light load. */
    private boolean isDoneAtOnce(int bytes) throws Exception {
        List<ChannelFuture> writes = new ArrayList<>();
        boolean done = pair.onLoop(() -> {
            for (int i = 0; i < MANY; i++) {
                writes.add(write(busy.channel(), 1));
            }
            writes.add(write(pair.channel(), bytes));
            return writes.get(MANY).isDone();
        });
        for (ChannelFuture write : writes) {
            assertTrue(Ends.await(write).isSuccess());
        }
        return done;
    }

    /** Reads on until the connection ends. */
    private CompletableFuture<Void> readAll() {
        return CompletableFuture.runAsync(() -> {
            try {
                byte[] buffer = new byte[LARGE];
                for (int n = 0; n >= 0; n = pair.peer().getInputStream().read(buffer)) {
                    read.addAndGet(n);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void awaitRead(long bytes) throws Exception {
        Ends.await(bytes + " bytes have been read", () -> read.get() == bytes);
    }

    @Test
    void shouldSendLargeWritesAtOnce() throws Exception {
        CompletableFuture<Void> reading = readAll();
        assertFalse(isDoneAtOnce(LARGE - 1));
        assertTrue(isDoneAtOnce(LARGE));
        awaitRead(2 * LARGE - 1);
        end(reading);
    }

    @Test
    void shouldDoSoAgainWhenTheSocketWasFull() throws Exception {
        ChannelFuture write = pair.onLoop(() -> write(pair.channel(), MORE_THAN_SOCKETS_HOLD));
        CompletableFuture<Void> reading = readAll();
        assertTrue(Ends.await(write).isSuccess());
        awaitRead(MORE_THAN_SOCKETS_HOLD);
        assertTrue(isDoneAtOnce(LARGE));
        awaitRead(MORE_THAN_SOCKETS_HOLD + LARGE);
        end(reading);
    }

    private void end(CompletableFuture<Void> reading) throws Exception {
        Ends.await(pair.channel().shutdownOutput());
        reading.get(Loops.SECONDS, TimeUnit.SECONDS);
    }
}
