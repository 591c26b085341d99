// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMemoryEvent;
import net.zcrx.ZcrxMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What runs out: pages, places in the refill ring, places in the completion queue. Nothing is lost, and it passes. */
@Tag("vm")
class ExhaustionTest {
    private static final long MIB = 1 << 20;
    /** Windows must fit the area, or data that came out of order can hold all of it. */
    private static final int SMALL_WINDOW = 256 * 1024;

    @BeforeAll
    static void setUp() throws Exception {
        Nic.up();
    }

    @AfterEach
    void repair() throws Exception {
        Nic.repair();
    }

    /** 1024 pages, and an application that holds on to what it gets. */
    @Test
    void shouldCopyOutAndReturnToZeroCopy() throws Exception {
        long bytes = 24 * MIB;
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(Nic.pages(1024));
        try (Server<Holder> server = Server.start(config, 1, Nic.PORT, SMALL_WINDOW, Holder::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
            Holder holder = server.reader();
            Waiting.await(
                    () -> "copying out: " + server.metrics(),
                    () -> server.metrics().copiedOutBytes() > MIB);
            assertEquals(List.of(ZcrxMemoryEvent.COPYING_OUT), List.copyOf(holder.memoryEvents));
            assertTrue(
                    server.metrics().heldPages() <= 1024, () -> server.metrics().toString());
            holder.letGo();
            sender.endsWell();
            holder.endsAfter(bytes);
            assertEquals(
                    List.of(ZcrxMemoryEvent.COPYING_OUT, ZcrxMemoryEvent.RECOVERED), List.copyOf(holder.memoryEvents));
            ZcrxMetrics metrics = server.settled();
            assertEquals(1, metrics.copyOuts(), metrics::toString);
            assertTrue(metrics.copiedOutBytes() < bytes / 2, metrics::toString);
            assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
            assertTrue(metrics.offLoopReturns() > 0, metrics::toString);
        }
    }

    /** The same with memory to grow: nothing need be copied. */
    @Test
    void shouldGrowInsteadOfCopyingOut() throws Exception {
        long bytes = Nic.pages(2048);
        ZcrxIoHandlerConfig config =
                Server.zeroCopy().areaBytes(Nic.pages(1024)).maxAreaBytes(Nic.pages(4096));
        try (Server<Holder> server = Server.start(config, 1, Nic.PORT, SMALL_WINDOW, Holder::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
            Holder holder = server.reader();
            sender.endsWell();
            holder.endsAfter(bytes);
            ZcrxMetrics metrics = server.metrics();
            assertEquals(bytes, metrics.heldBytes(), metrics::toString);
            assertTrue(metrics.growths() >= 1 && metrics.growths() <= 3, metrics::toString);
            assertEquals(0, metrics.copiedOutBytes(), metrics::toString);
            holder.letGo();
            server.settled();
        }
    }

    /** Data that nobody reads takes every page: the NIC finds none, the kernel tells, and the area grows. */
    @Test
    void shouldGrowWhenTheNicStarves() throws Exception {
        long bytes = 3 * MIB;
        int connections = 3;
        String windows = Command.run("sysctl", "-n", "net.ipv4.tcp_rmem").trim();
        Command.run("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 4194304 8388608");
        ZcrxIoHandlerConfig config =
                Server.zeroCopy().areaBytes(Nic.pages(256 + 128 + 24)).maxAreaBytes(Nic.pages(4096));
        List<Command> senders = new ArrayList<>();
        try (Server<PatternReader> server = Server.start(config, Nic.PORT, () -> new PatternReader() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                ctx.channel().config().setAutoRead(false);
            }
        })) {
            for (int i = 0; i < connections; i++) {
                senders.add(Nic.send(Nic.ADDRESS, Nic.PORT, bytes));
            }
            Waiting.await(
                    () -> "growth: " + server.metrics(), () -> server.metrics().growths() > 0);
            assertTrue(
                    server.metrics().starvations() > 0, () -> server.metrics().toString());
            for (PatternReader reader : server.readers(connections)) {
                reader.context().channel().config().setAutoRead(true);
            }
            PatternReader.allEndAfter(server.readers(), bytes);
            for (Command sender : senders) {
                sender.endsWell();
            }
            server.settled();
        } finally {
            for (Command sender : senders) {
                sender.close();
            }
            Command.run("sysctl", "-qw", "net.ipv4.tcp_rmem=" + windows);
        }
    }

    /** For a while the NIC gets no page at all. */
    @Test
    void shouldGoOnAfterTheNicGotNoPages() throws Exception {
        long bytes = 8 * MIB;
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new)) {
            Nic.fault("alloc_fail_every=1");
            long before = Nic.counter("nobuf_drops");
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                Waiting.await("the NIC drops", () -> Waiting.value(() -> Nic.counter("nobuf_drops")) > before);
                Nic.repair();
                sender.endsWell();
                server.reader().endsAfter(bytes);
                server.settled();
            }
        }
    }

    /** With several fragments on a page the fragments held are more than the ring has places. */
    @Test
    void shouldNotLoseAPageWhenTheRefillRingIsFull() throws Exception {
        Nic.up("--mtu", "1500");
        long bytes = 4 * MIB;
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(Nic.pages(1024));
        try (Server<Holder> server = Server.start(config, 1, Nic.PORT, SMALL_WINDOW, Holder::new)) {
            holdSmallPackets(server);
            ZcrxMetrics held = server.metrics();
            assertTrue(held.heldFragments() > 1024, held::toString);
            // On the loop, all in one pass: the kernel takes none of them in between.
            server.group()
                    .next()
                    .submit(() -> server.readers().forEach(Holder::letGo))
                    .sync();
            ZcrxMetrics metrics = server.settled();
            assertTrue(metrics.refillRingFull() > 0, metrics::toString);
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                Waiting.await("the ninth", () -> server.readers().size() == 9);
                server.readers().get(8).letGo();
                sender.endsWell();
                server.readers().get(8).endsAfter(bytes);
            }
            server.settled();
        } finally {
            Nic.up();
        }
    }

    private static void holdSmallPackets(Server<Holder> server) throws Exception {
        List<Command> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            // Packets of their own, few bytes each: dozens on a page.
            senders.add(Nic.send(Nic.ADDRESS, Nic.PORT, 160_000, "-n", "-r", "3", "60"));
        }
        server.readers(8);
        for (Command sender : senders) {
            Waiting.await(
                    "all held",
                    () -> server.readers().stream()
                                    .mapToLong(reader -> reader.received.get())
                                    .sum()
                            == 8 * 160_000);
            sender.endsWell();
            sender.close();
        }
    }

    /** The loop is busy elsewhere while many connections fill up: their pages are more than the queue has places. */
    @Test
    void shouldGoOnAfterTheCompletionQueueWasFull() throws Exception {
        ZcrxMetrics metrics = receiveAfterAPause(Server.zeroCopy().completionEntries(1024));
        assertTrue(metrics.completionQueueFull() > 0, metrics::toString);
    }

    /** Netty logs a warning each time that it is full. */
    @Test
    void shouldHaveRoomForCompletionsByDefault() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(IoUringIoHandler.class);
        log.start();
        logger.addAppender(log);
        try {
            ZcrxMetrics metrics = receiveAfterAPause(Server.zeroCopy());
            assertEquals(0, metrics.completionQueueFull(), metrics::toString);
            assertEquals(List.of(), List.copyOf(log.list));
        } finally {
            logger.detachAppender(log);
        }
    }

    private static ZcrxMetrics receiveAfterAPause(ZcrxIoHandlerConfig config) throws Exception {
        Nic.up("--mtu", "1500");
        int connections = 32;
        long bytes = MIB / 4;
        CountDownLatch filled = new CountDownLatch(1);
        List<Command> senders = new ArrayList<>();
        try (Server<PatternReader> server = Server.start(config, Nic.PORT, () -> new PatternReader() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) throws InterruptedException {
                if (!filled.await(Waiting.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("Nobody let the loop go on.");
                }
            }
        })) {
            long before = Nic.counter("iov_bytes");
            for (int i = 0; i < connections; i++) {
                senders.add(Nic.send(Nic.ADDRESS, Nic.PORT, bytes));
            }
            // As much as the first windows of these connections let in, about.
            Waiting.await("full sockets", () -> Waiting.value(() -> Nic.counter("iov_bytes")) - before > MIB);
            filled.countDown();
            PatternReader.allEndAfter(server.readers(connections), bytes);
            for (Command sender : senders) {
                sender.endsWell();
            }
            ZcrxMetrics metrics = server.settled();
            assertEquals(connections * bytes, metrics.zeroCopyBytes(), metrics::toString);
            return metrics;
        } finally {
            filled.countDown();
            for (Command sender : senders) {
                sender.close();
            }
            Nic.up();
        }
    }

    /** Half of the packets must be copied, into the few pages that NIC and pool leave over; they run out at times. */
    @Test
    void shouldWaitForPagesToCopyInto() throws Exception {
        long bytes = 2 * MIB;
        Nic.fault("nosplit_every=2");
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(Nic.pages(256 + 128 + 24));
        try (Server<PatternReader> server = Server.start(config, 1, Nic.PORT, 32 * 1024, PatternReader::new)) {
            List<Command> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                senders.add(Nic.send(Nic.ADDRESS, Nic.PORT, bytes));
            }
            PatternReader.allEndAfter(server.readers(8), bytes);
            for (Command sender : senders) {
                sender.endsWell();
                sender.close();
            }
            ZcrxMetrics metrics = server.settled();
            assertTrue(metrics.exhaustions() > 0, metrics::toString);
            assertTrue(metrics.copiedBytes() > bytes, metrics::toString);
            assertEquals(8 * bytes, metrics.copiedBytes() + metrics.zeroCopyBytes(), metrics::toString);
        }
    }

    /** Connections that hold a byte each hold a page each: not all of the area. */
    @Test
    void shouldServeWhileManyConnectionsHoldALittle() throws Exception {
        long bytes = Nic.pages(512);
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(Nic.pages(512));
        Nic.fault("hdr_extra=9999");
        try (Server<Holder> server = Server.start(config, 1, Nic.PORT, SMALL_WINDOW, Holder::new);
                Command small = Nic.send(Nic.ADDRESS, Nic.PORT, 20_000, "-n", "-r", "9", "40")) {
            small.endsWell();
            server.reader().endsAfter(20_000);
            Nic.repair();
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                server.readers(2);
                sender.endsWell();
                server.readers().get(1).endsAfter(bytes);
            }
            assertTrue(
                    server.metrics().copiedOutBytes() > 0,
                    () -> server.metrics().toString());
            server.readers().forEach(Holder::letGo);
            server.settled();
        }
    }
}
