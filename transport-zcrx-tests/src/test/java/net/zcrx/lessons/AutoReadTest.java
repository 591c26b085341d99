// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Auto-read: nothing is lost, nothing comes that nobody asked for, nothing freezes. */
@ExtendWith(Invariants.class)
class AutoReadTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    /** Switches off when the data has come already, and on again with no pass of the loop between. */
    @Test
    void shouldDeliverAfterOffAndOnAtOnce() throws Exception {
        byte[] data = Loops.pattern(MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            CompletableFuture<Void> sent = pair.sendAll(data);
            ChannelConfig config = pair.channel().config();
            while (recorder.received().length < data.length) {
                pair.onLoop(() -> config.setAutoRead(false).setAutoRead(true));
            }
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, recorder.received());
        }
    }

    @Test
    void shouldKeepWhatComesAfterOffInsideOfChannelRead() throws Exception {
        Recorder once = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.channel().config().setAutoRead(false);
                super.channelRead(ctx, message);
            }
        };
        byte[] data = Loops.pattern(4 * MIB);
        try (Loops.Pair pair = loops.connect(once)) {
            CompletableFuture<Void> sent = pair.sendAll(data);
            int reads = 0;
            while (once.received().length < data.length) {
                once.awaitBuffers(reads + 1);
                loops.letRun();
                assertEquals(++reads, once.lengths().size(), "Buffers that nobody asked for");
                pair.channel().config().setAutoRead(true);
            }
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, once.received());
        }
    }

    @Test
    void shouldDeliverWhileAnotherThreadToggles() throws Exception {
        byte[] data = Loops.pattern(8 * MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            CompletableFuture<Void> sent = pair.sendAll(data);
            loops.toggleAutoReadUntil(pair, () -> recorder.received().length >= data.length);
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, recorder.received());
        }
    }

    /** Off by another thread, whose task comes to the loop after a handler there has switched it on again. */
    @Test
    void shouldReadIfOnOvertakesOff() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelConfig config = pair.channel().config();
            pair.onLoop(() -> {
                CompletableFuture.runAsync(() -> config.setAutoRead(false)).get(Loops.SECONDS, TimeUnit.SECONDS);
                return config.setAutoRead(true);
            });
            loops.letRun();
            pair.send(new byte[] {1});
            assertArrayEquals(new byte[] {1}, recorder.awaitBytes(1));
        }
    }

    @Test
    void shouldReadOneBufferForEachRead() throws Exception {
        Bootstrap bootstrap = loops.client(recorder)
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
        }
    }

    /** The end has come when auto-read goes off: data and end are told, as by Netty's other transports. */
    @Test
    void shouldTellEndThatComesWhileOff() throws Exception {
        byte[] data = Loops.pattern(30_000);
        Bootstrap bootstrap = loops.client(recorder).option(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            Loops.whileStopped(pair.channel().eventLoop(), () -> {
                pair.channel().config().setAutoRead(false);
                pair.send(data);
                pair.peer().shutdownOutput();
            });
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertArrayEquals(data, recorder.received());
            assertEquals(
                    List.of("active", ChannelInputShutdownEvent.INSTANCE, ChannelInputShutdownReadComplete.INSTANCE),
                    recorder.events());
        }
    }

    @Test
    void shouldCloseWhenPeerClosesThoughNobodyReads() throws Exception {
        byte[] data = Loops.pattern(100);
        Bootstrap bootstrap = loops.client(recorder).option(ChannelOption.AUTO_READ, false);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            pair.send(data);
            pair.peer().close();
            recorder.awaitEvent("unregistered");
            assertArrayEquals(data, recorder.received());
        }
    }

    /** What came and was not asked for is released with the channel. */
    @Test
    void shouldReleaseKeptDataOnClose() throws Exception {
        try (Loops.Pair pair = Loops.connect(loops.client(recorder).option(ChannelOption.AUTO_READ, false))) {
            pair.receiveUnwanted(loops, Loops.pattern(1000));
            assertEquals(0, recorder.received().length);
            pair.channel().close().sync();
            loops.awaitAllReturned();
        }
    }

    @Test
    void shouldNotDeliverToRegistrationThatDoesNotRead() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            pair.channel().deregister().sync();
            pair.channel().config().setAutoRead(false);
            loops.group.register(pair.channel()).sync();
            pair.send(new byte[] {1});
            loops.letRun();
            assertEquals(0, recorder.received().length);
            pair.channel().read();
            assertArrayEquals(new byte[] {1}, recorder.awaitBytes(1));
        }
    }

    @Test
    void shouldCompleteReadAfterData() throws Exception {
        Recorder completing = new Recorder() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                event("complete");
                ctx.fireChannelReadComplete();
            }
        };
        try (Loops.Pair pair = loops.connect(completing)) {
            pair.send(new byte[] {1});
            completing.awaitEvent("complete");
            assertEquals(1, completing.received().length);
            loops.letRun();
            assertTrue(completing.events().stream().filter("complete"::equals).count() == 1);
        }
    }
}
