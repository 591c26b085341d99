// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What NIC, wire and administrator do wrong: the bytes are right all the same, and the counters tell. */
@Tag("vm")
class FaultTest {
    private static final long MIB = 1 << 20;
    private static final long BYTES = 4 * MIB;

    @BeforeAll
    static void setUp() throws Exception {
        Nic.up();
    }

    @AfterEach
    void repair() throws Exception {
        Nic.repair();
    }

    private static ZcrxMetrics receive(long bytes, String... faults) throws Exception {
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new)) {
            Nic.fault(faults);
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                sender.endsWell();
                server.reader().endsAfter(bytes);
            }
            ZcrxMetrics metrics = server.settled();
            assertEquals(bytes, metrics.zeroCopyBytes() + metrics.copiedBytes(), metrics::toString);
            return metrics;
        }
    }

    /** The kernel does not count what it copies from beside the headers: only the NIC can tell. */
    @Test
    void shouldReceiveWhatWasSplitTooFarBehind() throws Exception {
        long before = Nic.counter("linear_bytes");
        receive(BYTES, "hdr_extra=64", "hdr_extra_every=7");
        assertTrue(Nic.counter("linear_bytes") > before);
    }

    @Test
    void shouldReceiveWhatWasNotSplit() throws Exception {
        ZcrxMetrics metrics = receive(BYTES, "nosplit_every=1");
        assertEquals(BYTES, metrics.copiedBytes(), metrics::toString);
    }

    @Test
    void shouldReceiveWhatWasNotAlwaysSplit() throws Exception {
        ZcrxMetrics metrics = receive(BYTES, "nosplit_every=7");
        assertTrue(metrics.copiedBytes() > 0 && metrics.copiedBytes() < BYTES / 2, metrics::toString);
    }

    @Test
    void shouldReceiveWhatCameByAnotherQueue() throws Exception {
        ZcrxMetrics metrics = receive(BYTES, "missteer_every=7", "missteer_queue=2");
        assertTrue(metrics.copiedBytes() > 0 && metrics.copiedBytes() < BYTES / 2, metrics::toString);
    }

    @Test
    void shouldReceiveAllByAnotherQueue() throws Exception {
        ZcrxMetrics metrics = receive(BYTES, "missteer_every=1", "missteer_queue=2");
        assertEquals(BYTES, metrics.copiedBytes(), metrics::toString);
    }

    @Test
    void shouldReceiveUnderAllFaultsAtOnce() throws Exception {
        receive(
                BYTES,
                "drop_every=60",
                "reorder_every=31",
                "nosplit_every=11",
                "missteer_every=13",
                "missteer_queue=0",
                "hdr_extra=100",
                "hdr_extra_every=17",
                "alloc_fail_every=9");
    }

    @Test
    void shouldReceiveOverLoopbackOnABoundQueue() throws Exception {
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.sendLocally(Nic.PORT, BYTES)) {
            sender.endsWell();
            server.reader().endsAfter(BYTES);
            ZcrxMetrics metrics = server.settled();
            assertEquals(BYTES, metrics.copiedBytes(), metrics::toString);
        }
    }

    /** A plain socket cannot read packets that arrive on a bound queue; ours beside it can. */
    @Test
    void shouldNotMindOtherFlowsOnItsQueue() throws Exception {
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command plain = Command.start("patrecv", "9000")) {
            plain.says("listening");
            long before = Nic.sum("fault_missteer");
            Nic.fault("port=9000", "missteer_every=1", "missteer_queue=" + Nic.QUEUE);
            try (Command foreign = Nic.send(Nic.ADDRESS, 9000, MIB)) {
                Waiting.await(
                        "foreign packets on the queue", () -> Waiting.value(() -> Nic.sum("fault_missteer")) > before);
                try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES)) {
                    sender.endsWell();
                }
                foreign.kill();
            }
            server.reader().endsAfter(BYTES);
            assertEquals(BYTES, server.settled().zeroCopyBytes());
            assertFalse(plain.output().contains("DATA-OK"), plain::output);
        }
    }

    @Test
    void shouldGoOnAfterQueueResets() throws Exception {
        shouldGoOnAfter(() -> {
            Nic.fault("restart=" + Nic.QUEUE, "restart=0");
            Command.run("ethtool", "-G", Nic.NAME, "rx", "192");
            Command.run("ethtool", "-G", Nic.NAME, "rx", "256");
        });
    }

    @Test
    void shouldGoOnAfterLinkWasDown() throws Exception {
        shouldGoOnAfter(() -> {
            Nic.fault("carrier=0");
            Nic.fault("carrier=1");
        });
    }

    private interface Disturbance {
        void happen() throws Exception;
    }

    private static void shouldGoOnAfter(Disturbance disturbance) throws Exception {
        long bytes = 48 * MIB;
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
            PatternReader reader = server.reader();
            for (int round = 1; round <= 3; round++) {
                long soFar = round * MIB;
                Waiting.await("data flows", () -> reader.received.get() > soFar);
                disturbance.happen();
                // The first one at least hit data that flowed; how many more do depends on the machine.
                assertTrue(round > 1 || reader.received.get() < bytes);
            }
            sender.endsWell();
            reader.endsAfter(bytes);
            ZcrxMetrics metrics = server.settled();
            assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
        }
    }

    /** The interface is shut and opened while the queue is bound: its pool is made anew from the same area. */
    @Test
    void shouldReceiveAfterInterfaceWasShut() throws Exception {
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new)) {
            Command.run("ip", "link", "set", Nic.NAME, "down");
            Command.run("ip", "link", "set", Nic.NAME, "up");
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES)) {
                sender.endsWell();
                server.reader().endsAfter(BYTES);
            }
            assertEquals(BYTES, server.settled().zeroCopyBytes());
        }
    }

    /** Two loops, two queues, one port that is steered to the first: connections of the second loop must live, too. */
    @Test
    void shouldReadConnectionsThatComeByAnotherLoopsQueue() throws Exception {
        ZcrxIoHandlerConfig config = Server.zeroCopy().interfaceQueue(Nic.NAME, 2);
        try (Server<PatternReader> server = Server.start(config, 2, Nic.PORT, 0, PatternReader::new)) {
            for (int i = 0; i < 4; i++) {
                try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES)) {
                    List<PatternReader> readers = server.readers(i + 1);
                    sender.endsWell();
                    readers.get(i).endsAfter(BYTES);
                }
            }
            long loops = server.readers().stream()
                    .map(reader -> reader.context().channel().eventLoop())
                    .distinct()
                    .count();
            assertEquals(2, loops);
            // All arrived on the first loop's queue, from which the second one reads, too.
            assertEquals(4 * BYTES, server.settled(ZcrxMetrics::zeroCopyBytes));
        }
    }
}
