// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several queues and several loops: each loop reads by whichever queue its connections' packets come. */
@Tag("vm")
class ManyQueuesTest {
    private static final long MIB = 1 << 20;
    private static final int QUEUES = 4;
    private static final String ALL_QUEUES = Nic.NAME + ":1-" + QUEUES;
    /** No rule is for this port: the NIC spreads its connections by hash. */
    private static final int SPREAD_PORT = 8100;

    private static final int SMALL_WINDOW = 256 * 1024;
    private static final IntegerUnixChannelOption NAPI_ID = new IntegerUnixChannelOption("SO_INCOMING_NAPI_ID", 1, 56);

    @BeforeEach
    void setUp() throws Exception {
        Nic.up("--queues", "6", "--zc-queues", "1,2,3,4");
        spreadOver(QUEUES);
    }

    @AfterAll
    static void nothingIsLost() throws Exception {
        Nic.leaksNothing();
        Nic.up();
    }

    private static void spreadOver(int queues) throws Exception {
        Command.run("ethtool", "-X", Nic.NAME, "start", "1", "equal", Integer.toString(queues));
    }

    /** From now on all packets to this port arrive on this queue. */
    private static void steer(int port, int queue) throws Exception {
        Command.run(
                "ethtool",
                "-N",
                Nic.NAME,
                "flow-type",
                "tcp4",
                "dst-port",
                Integer.toString(port),
                "action",
                Integer.toString(queue),
                "loc",
                "20");
    }

    private static ZcrxIoHandlerConfig config(String queues) {
        return new ZcrxIoHandlerConfig()
                .mode(ZcrxMode.ZERO_COPY)
                .interfaceQueues(queues)
                .areaBytes(Nic.pages(8192));
    }

    /** Notes by which NAPI instance a connection's bytes came. */
    private static final class Spread extends PatternReader {
        private final Map<Integer, Integer> connections;

        Spread(Map<Integer, Integer> connections) {
            this.connections = connections;
        }

        @Override
        void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
            if (received.get() == bytes.readableBytes()) {
                connections.merge(ctx.channel().config().getOption(NAPI_ID), 1, Integer::sum);
            }
            super.checked(ctx, bytes);
        }
    }

    /** So many connections at once, from one command. */
    private static Command sendMany(int connections, int port, long bytes) throws Exception {
        return Command.start(
                "nic-peer",
                "sh",
                "-c",
                "pids=; for i in $(seq " + connections + "); do patsend " + Nic.ADDRESS + ' ' + port + ' ' + bytes
                        + " $((i % 16 + 1)) & pids=\"$pids $!\"; done; for pid in $pids; do wait $pid || exit 1; done");
    }

    private static List<Long> placed() throws Exception {
        List<Long> bytes = new ArrayList<>();
        for (int queue = 1; queue <= QUEUES; queue++) {
            bytes.add(Nic.counter(queue, "iov_bytes"));
        }
        return bytes;
    }

    private static Set<EventLoop> loopsOf(List<? extends PatternReader> readers) {
        Set<EventLoop> loops = new HashSet<>();
        readers.forEach(reader -> loops.add(reader.context().channel().eventLoop()));
        return loops;
    }

    @Test
    void shouldSpreadManyConnectionsOfAnOrdinaryServer() throws Exception {
        int connections = 200;
        long bytes = MIB / 8;
        long total = connections * bytes;
        Map<Integer, Integer> byNapi = new ConcurrentHashMap<>();
        EventLoopGroup boss = new ZcrxEventLoopGroup(1);
        try (Server<PatternReader> server = new Server<>(config(ALL_QUEUES), QUEUES, () -> new Spread(byNapi))) {
            server.listen(boss, SPREAD_PORT, SMALL_WINDOW, false);
            try (Command senders = sendMany(connections, SPREAD_PORT, bytes)) {
                PatternReader.allEndAfter(server.readers(connections), bytes);
                senders.endsWell();
            }
            assertEquals(QUEUES, loopsOf(server.readers()).size());
            long zeroCopied = server.settled(ZcrxMetrics::zeroCopyBytes);
            assertEquals(total, zeroCopied + server.settled(ZcrxMetrics::copiedBytes));
            assertTrue(zeroCopied >= total * 99 / 100, () -> zeroCopied + " of " + total + " bytes");
            // By the NIC's word, too; what was sent again was placed again.
            List<Long> placed = placed().stream().sorted().toList();
            List<Integer> came = byNapi.values().stream().sorted().toList();
            assertEquals(QUEUES, came.size(), byNapi::toString);
            for (int i = 0; i < QUEUES; i++) {
                assertTrue(placed.get(i) >= came.get(i) * bytes * 99 / 100, placed + " bytes of connections " + came);
            }
        } finally {
            boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void shouldServeListenersThatShareAPort() throws Exception {
        int connections = 40;
        long bytes = MIB / 4;
        try (Server<PatternReader> server = new Server<>(config(ALL_QUEUES), QUEUES, PatternReader::new)) {
            for (int i = 0; i < QUEUES; i++) {
                server.listen(server.group(), SPREAD_PORT, SMALL_WINDOW, true);
            }
            try (Command senders = sendMany(connections, SPREAD_PORT, bytes)) {
                PatternReader.allEndAfter(server.readers(connections), bytes);
                senders.endsWell();
            }
            assertEquals(connections * bytes, server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }

    /** More loops than queues. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldShareQueuesBetweenLoops(int queues) throws Exception {
        spreadOver(queues);
        int loops = 4;
        int connections = 40;
        long bytes = MIB / 2;
        try (Server<PatternReader> server =
                Server.start(config(Nic.NAME + ":1-" + queues), loops, SPREAD_PORT, SMALL_WINDOW, PatternReader::new)) {
            try (Command senders = sendMany(connections, SPREAD_PORT, bytes)) {
                PatternReader.allEndAfter(server.readers(connections), bytes);
                senders.endsWell();
            }
            for (ZcrxMetrics metrics : server.allSettled()) {
                assertEquals(ZcrxMode.ZERO_COPY, metrics.mode());
                assertTrue(metrics.zeroCopyBytes() > 0, metrics::toString);
            }
            assertEquals(connections * bytes, server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }

    /** What the kernel copies it counts for the queue: the loops' counters add up all the same. */
    @Test
    void shouldCountWhatWasCopiedOfSharedQueue() throws Exception {
        int connections = 12;
        long bytes = MIB;
        try (Server<PatternReader> server =
                Server.start(config(Nic.NAME + ":1"), 2, Nic.PORT, SMALL_WINDOW, PatternReader::new)) {
            Nic.fault("nosplit_every=7");
            try (Command senders = sendMany(connections, Nic.PORT, bytes)) {
                PatternReader.allEndAfter(server.readers(connections), bytes);
                senders.endsWell();
            }
            long copied = server.settled(ZcrxMetrics::copiedBytes);
            assertEquals(connections * bytes, copied + server.settled(ZcrxMetrics::zeroCopyBytes));
            assertTrue(copied > 0 && copied < connections * bytes / 2, () -> copied + " bytes copied");
        }
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldFollowFlowsThatMove() throws Exception {
        int port = 8200;
        int connections = 3;
        steer(port, 1);
        try (Server<PatternReader> server =
                Server.start(config(ALL_QUEUES), QUEUES, port, SMALL_WINDOW, PatternReader::new)) {
            List<PatternReader> readers;
            // More than is sent before the end.
            try (Command senders = sendMany(connections, port, 4000 * MIB)) {
                readers = server.readers(connections);
                for (int queue : new int[] {1, 2, 3, 4, 1, 3}) {
                    steer(port, queue);
                    long before = Nic.counter(queue, "iov_bytes");
                    Waiting.await(
                            "data by queue " + queue,
                            () -> Waiting.value(() -> Nic.counter(queue, "iov_bytes")) > before + MIB);
                    for (PatternReader reader : readers) {
                        long soFar = reader.received.get();
                        Waiting.await("bytes for each", () -> reader.received.get() > soFar);
                    }
                }
                assertTrue(senders.isRunning());
            }
            for (PatternReader reader : readers) {
                Waiting.await("the end", reader::isClosed);
                reader.endsAfter(reader.received.get());
            }
            assertEquals(
                    readers.stream().mapToLong(reader -> reader.received.get()).sum(),
                    server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }

    /** Two queues take turns packet by packet: the data that waits in a socket arrived on both. */
    @Test
    void shouldFollowFlowThatComesByTwoQueuesAtOnce() throws Exception {
        long bytes = 4 * MIB;
        try (Server<PatternReader> server =
                Server.start(config(ALL_QUEUES), QUEUES, Nic.PORT, SMALL_WINDOW, PatternReader::new)) {
            Nic.fault("missteer_every=3", "missteer_queue=3");
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                server.reader().endsAfter(bytes);
                sender.endsWell();
            }
            assertEquals(bytes, server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }

    /** 1024 pages for two loops: the first one's application holds its share beyond that loop's end. */
    @Test
    void shouldGoOnWhenTheOwnerOfTheQueueEndsFirst() throws Exception {
        long bytes = 24 * MIB;
        EventLoopGroup boss = new ZcrxEventLoopGroup(1);
        ZcrxIoHandlerConfig config = config(Nic.NAME + ":1").areaBytes(Nic.pages(1024));
        try (Server<Holder> server = new Server<>(config, 2, Holder::new)) {
            server.listen(boss, Nic.PORT, SMALL_WINDOW, false);
            EventExecutor owner = server.group().iterator().next();
            Holder first = holdShareOf(owner, server);
            long lost = server.metrics().heldPages();
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                Holder second = server.readers(2).get(1);
                Waiting.await("data for the second loop", () -> second.received.get() > 0);
                sender.stop();
                owner.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
                assertIntact(first);
                // Their loop has ended, and the queue gets these pages all the same.
                first.letGo();
                sender.goOn();
                Waiting.await(
                        () -> "more held than would be left without them: "
                                + server.group().metrics(),
                        () -> server.group().metrics().stream().anyMatch(loop -> loop.heldPages() > 1024 - lost));
                second.letGo();
                sender.endsWell();
                second.endsAfter(bytes);
            }
            // The other entry is of the loop that has ended.
            Supplier<ZcrxMetrics> goingOn = () -> server.group().metrics().stream()
                    .max(Comparator.comparingLong(ZcrxMetrics::zeroCopyBytes))
                    .orElseThrow();
            Waiting.await("all pages back", () -> goingOn.get().heldFragments() == 0);
            ZcrxMetrics metrics = goingOn.get();
            assertEquals(metrics.fragments(), metrics.refills(), metrics::toString);
            assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
        } finally {
            boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static Holder holdShareOf(EventExecutor owner, Server<Holder> server) throws Exception {
        // What is more than the loop's share is copied out.
        try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, 8 * MIB)) {
            Holder holder = server.reader();
            assertEquals(owner, holder.context().channel().eventLoop());
            sender.endsWell();
            holder.endsAfter(8 * MIB);
            // Three quarters of its half.
            Waiting.await("its pages are counted", () -> server.metrics().heldPages() >= 384);
            assertTrue(
                    server.metrics().heldPages() < 512, () -> server.metrics().toString());
            return holder;
        }
    }

    private static void assertIntact(Holder holder) {
        long position = 0;
        for (ByteBuf held : holder.held) {
            assertEquals(-1, PatternReader.firstWrong(held, position, 1));
            position += held.readableBytes();
        }
        assertEquals(holder.received.get(), position);
    }

    /** A loop that found no queue of its own follows its connections to the queue of another. */
    @Test
    void shouldFollowFromALoopThatCopies() throws Exception {
        long bytes = 4 * MIB;
        ZcrxIoHandlerConfig config = config(Nic.NAME + ":1," + Nic.NAME + ":9").mode(ZcrxMode.AUTO);
        try (Server<PatternReader> server = Server.start(config, 2, Nic.PORT, SMALL_WINDOW, PatternReader::new)) {
            assertEquals(ZcrxMode.ZERO_COPY, server.group().metrics().get(0).mode());
            assertEquals(ZcrxMode.COPY, server.group().metrics().get(1).mode());
            try (Command senders = sendMany(4, Nic.PORT, bytes)) {
                PatternReader.allEndAfter(server.readers(4), bytes);
                senders.endsWell();
            }
            assertEquals(2, loopsOf(server.readers()).size());
            for (ZcrxMetrics metrics : server.group().metrics()) {
                assertEquals(2 * bytes, metrics.zeroCopyBytes(), metrics::toString);
            }
        }
    }

    /** Refused as a whole, before any traffic: the queues that were bound are free again at once. */
    @Test
    void shouldLeaveNothingHalfBound() throws Exception {
        Throwable refusal =
                assertThrows(IllegalStateException.class, () -> new ZcrxEventLoopGroup(8, config(Nic.NAME + ":1-8")));
        StringBuilder words = new StringBuilder();
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            words.append(cause.getMessage()).append('\n');
        }
        assertTrue(words.toString().contains("no receive queue 6"), words::toString);
        Throwable surplus =
                assertThrows(IllegalArgumentException.class, () -> new ZcrxEventLoopGroup(3, config(ALL_QUEUES)));
        assertTrue(surplus.getMessage().contains("only 3 event loops"), surplus::getMessage);
        try (Server<PatternReader> server =
                        Server.start(config(ALL_QUEUES), QUEUES, SPREAD_PORT, SMALL_WINDOW, PatternReader::new);
                Command senders = sendMany(8, SPREAD_PORT, MIB)) {
            PatternReader.allEndAfter(server.readers(8), MIB);
            senders.endsWell();
            assertEquals(8 * MIB, server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }
}
