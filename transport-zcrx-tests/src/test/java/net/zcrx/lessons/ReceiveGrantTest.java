// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection with a grant brings no more than that in a pass of its loop, and all of it in the end. */
class ReceiveGrantTest {
    private static final int MIB = 1 << 20;
    private static final int GRANT = 8192;
    /** Several grants, and what the kernel takes for a connection that nobody reads. */
    private static final int WAITING = 4 * GRANT;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    /** Counts what comes in a pass: a loop runs its tasks between two of them. */
    private static class PassRecorder extends Recorder {
        private int inPass;
        private int inRead;
        private volatile int mostInPass;
        private volatile int mostInRead;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            int bytes = ((ByteBuf) message).readableBytes();
            if (inPass == 0) {
                ctx.channel().eventLoop().execute(() -> inPass = 0);
            }
            inPass += bytes;
            inRead += bytes;
            mostInPass = Math.max(mostInPass, inPass);
            mostInRead = Math.max(mostInRead, inRead);
            super.channelRead(ctx, message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            inRead = 0;
        }

        void keptTo(int grant) {
            assertTrue(mostInPass <= grant, () -> mostInPass + " bytes came in a pass");
            assertTrue(mostInRead <= grant, () -> mostInRead + " bytes came before channelReadComplete");
        }
    }

    private Bootstrap client(Recorder recorder, int grant) {
        return loops.client(recorder).option(ZcrxChannelOption.RECEIVE_GRANT, grant);
    }

    /** Sends so that several grants have come before the loop goes on. */
    private static void receiveAll(Loops.Pair pair, Recorder recorder, byte[] data) throws Exception {
        Loops.whileStopped(pair.channel().eventLoop(), () -> pair.send(begin(data)));
        CompletableFuture<Void> sent = pair.sendAll(rest(data));
        assertArrayEquals(data, recorder.awaitBytes(data.length));
        sent.get(Loops.SECONDS, TimeUnit.SECONDS);
    }

    private static byte[] begin(byte[] data) {
        return Arrays.copyOf(data, WAITING);
    }

    private static byte[] rest(byte[] data) {
        return Arrays.copyOfRange(data, WAITING, data.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, GRANT, 200_000})
    void shouldReceiveNoMoreThanGrantInPass(int grant) throws Exception {
        PassRecorder recorder = new PassRecorder();
        try (Loops.Pair pair = Loops.connect(client(recorder, grant))) {
            receiveAll(pair, recorder, Loops.pattern(4 * MIB));
            recorder.keptTo(grant);
        }
    }

    /** That the bound is the option's, and not one that there is anyway. */
    @Test
    void shouldReceiveMoreInPassWithoutGrant() throws Exception {
        PassRecorder recorder = new PassRecorder();
        try (Loops.Pair pair = loops.connect(recorder)) {
            receiveAll(pair, recorder, Loops.pattern(MIB));
            assertTrue(recorder.mostInPass > GRANT, () -> recorder.mostInPass + " bytes came in a pass");
        }
    }

    /** Counts what the others have received before the ping. */
    private static final class PingRecorder extends Recorder {
        private final List<PassRecorder> others;
        private volatile long before;

        PingRecorder(List<PassRecorder> others) {
            this.others = others;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            before = others.stream()
                    .mapToLong(recorder -> recorder.received().length)
                    .sum();
            super.channelRead(ctx, message);
        }
    }

    /** Much waits on each of the other connections, but before the ping each brings no more than its grant. */
    @Test
    void shouldServeOthersWhileBulkWaits() throws Exception {
        int bulks = 4;
        byte[] data = Loops.pattern(2 * MIB);
        List<PassRecorder> recorders = new ArrayList<>();
        List<Loops.Pair> pairs = new ArrayList<>();
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        PingRecorder ping = new PingRecorder(recorders);
        try (Loops.Pair pinger = loops.connect(ping)) {
            for (int i = 0; i < bulks; i++) {
                recorders.add(new PassRecorder());
                pairs.add(Loops.connect(client(recorders.get(i), GRANT)));
            }
            loops.letRun();
            Loops.whileStopped(loops.loop(0), () -> {
                for (Loops.Pair pair : pairs) {
                    pair.send(begin(data));
                }
                pinger.send(Loops.pattern(64));
            });
            for (Loops.Pair pair : pairs) {
                sent.add(pair.sendAll(rest(data)));
            }
            assertArrayEquals(Loops.pattern(64), ping.awaitBytes(64));
            assertTrue(ping.before <= bulks * GRANT, () -> ping.before + " bytes came before the ping");
            for (int i = 0; i < bulks; i++) {
                assertArrayEquals(data, recorders.get(i).awaitBytes(data.length));
                recorders.get(i).keptTo(GRANT);
                sent.get(i).get(Loops.SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            for (Loops.Pair pair : pairs) {
                pair.close();
            }
        }
    }

    /** A receive without bound that is armed already gives way to one with the grant, and the other way round. */
    @Test
    void shouldFollowChangesOfGrant() throws Exception {
        PassRecorder recorder = new PassRecorder();
        byte[] data = Loops.pattern(MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            pair.send(new byte[] {1});
            recorder.awaitBytes(1);
            pair.channel().config().setOption(ZcrxChannelOption.RECEIVE_GRANT, GRANT);
            // Data brings the loop to look at its options.
            pair.send(new byte[] {2});
            recorder.awaitBytes(2);
            loops.letRun();
            CompletableFuture<Void> sent = pair.sendAll(data);
            recorder.awaitBytes(2 + data.length);
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            recorder.keptTo(GRANT);

            pair.channel().config().setOption(ZcrxChannelOption.RECEIVE_GRANT, 0);
            pair.send(new byte[] {3});
            recorder.awaitBytes(2 + data.length + 1);
            sent = pair.sendAll(data);
            byte[] all = recorder.awaitBytes(3 + 2 * data.length);
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, Arrays.copyOfRange(all, 3 + data.length, all.length));
            assertTrue(recorder.mostInPass > GRANT, () -> recorder.mostInPass + " bytes came in a pass");
        }
    }

    @Test
    void shouldDeliverAllWhileAutoReadToggles() throws Exception {
        byte[] data = Loops.pattern(4 * MIB);
        Recorder recorder = new Recorder();
        try (Loops.Pair pair = Loops.connect(client(recorder, GRANT))) {
            CompletableFuture<Void> sent = pair.sendAll(data);
            loops.toggleAutoReadUntil(pair, () -> recorder.received().length >= data.length);
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, recorder.received());
        }
    }

    @Test
    void shouldDeliverNothingUnaskedAndGrantToEachRead() throws Exception {
        PassRecorder recorder = new PassRecorder();
        Bootstrap bootstrap = client(recorder, GRANT)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1));
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            byte[] data = Loops.pattern(MIB);
            CompletableFuture<Void> sent = pair.sendAll(data);
            loops.letRun();
            assertEquals(0, recorder.lengths().size());
            for (int reads = 1; recorder.received().length < data.length; reads++) {
                pair.channel().read();
                recorder.awaitBuffers(reads);
                loops.letRun();
                assertEquals(reads, recorder.lengths().size());
            }
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, recorder.received());
            recorder.keptTo(GRANT);
        }
    }

    @Test
    void shouldCutBuffersToUsersLengths() throws Exception {
        PassRecorder recorder = new PassRecorder();
        Bootstrap bootstrap =
                client(recorder, GRANT).option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1000));
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            receiveAll(pair, recorder, Loops.pattern(MIB));
            recorder.keptTo(GRANT);
            assertTrue(recorder.lengths().stream().allMatch(length -> length <= 1000));
        }
    }

    /** The end is told after the last byte, also where that one ends a grant. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void shouldTellEndAfterAllBytes(int beyondGrants) throws Exception {
        byte[] data = Loops.pattern(16 * GRANT + beyondGrants);
        Recorder recorder = new Recorder();
        Bootstrap bootstrap = client(recorder, GRANT).option(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            Loops.whileStopped(pair.channel().eventLoop(), () -> {
                pair.send(data);
                pair.peer().shutdownOutput();
            });
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertArrayEquals(data, recorder.received());
            assertEquals(
                    List.of("active", ChannelInputShutdownEvent.INSTANCE, ChannelInputShutdownReadComplete.INSTANCE),
                    recorder.events());
            pair.channel().shutdownOutput().sync();
            assertEquals(0, Loops.readFully(pair.peer()).length);
        }
    }

    @Test
    void shouldTellEndThatComesWhileAutoReadIsOff() throws Exception {
        // The end comes only if all before it fits into the socket, unread.
        byte[] data = Loops.pattern(WAITING);
        PassRecorder recorder = new PassRecorder();
        Bootstrap bootstrap = client(recorder, GRANT).option(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            Loops.whileStopped(pair.channel().eventLoop(), () -> {
                pair.channel().config().setAutoRead(false);
                pair.send(data);
                pair.peer().shutdownOutput();
            });
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertArrayEquals(data, recorder.received());
        }
    }
}
