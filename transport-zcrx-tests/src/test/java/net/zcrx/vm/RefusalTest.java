// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** Where zero copy is not available a sentence says why and what fixes it, and AUTO serves by copy all the same. */
@Tag("vm")
class RefusalTest {
    private static final long MIB = 1 << 20;
    private static final long BYTES = MIB;
    private static final long AREA_BYTES = Nic.pages(2048);

    @BeforeEach
    void setUp() throws Exception {
        Nic.up();
    }

    /** Both modes on one queue: the must fails with these words, AUTO receives by copy and gives them as its reason. */
    private static void refused(String interfaceName, int queue, long areaBytes, String... words) throws Exception {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig()
                .mode(ZcrxMode.ZERO_COPY)
                .areaBytes(areaBytes)
                .interfaceQueue(interfaceName, queue);
        Throwable refusal = assertThrows(
                Exception.class,
                () -> Server.start(config, Nic.PORT, PatternReader::new).close());
        String message = messages(refusal);
        for (String word : words) {
            assertTrue(message.contains(word), () -> word + " in: " + message);
        }
        try (Server<PatternReader> server = Server.start(config.mode(ZcrxMode.AUTO), Nic.PORT, PatternReader::new);
                Command sender = Nic.sendLocally(Nic.PORT, BYTES)) {
            ZcrxMetrics metrics = server.metrics();
            assertEquals(ZcrxMode.COPY, metrics.mode());
            for (String word : words) {
                assertTrue(metrics.modeReason().contains(word), () -> word + " in: " + metrics.modeReason());
            }
            sender.endsWell();
            server.reader().endsAfter(BYTES);
        }
    }

    private static String messages(Throwable cause) {
        StringBuilder all = new StringBuilder();
        for (Throwable each = cause; each != null; each = each.getCause()) {
            all.append(each.getMessage()).append('\n');
        }
        return all.toString();
    }

    @Test
    void shouldNameMissingInterface() throws Exception {
        refused("nonesuch0", 1, AREA_BYTES, "no network interface nonesuch0", "ip link");
    }

    @Test
    void shouldNameMissingQueue() throws Exception {
        refused(Nic.NAME, 9, AREA_BYTES, "no receive queue 9", "ethtool -L zcnic0 combined 10");
    }

    @Test
    void shouldSayThatHeaderSplitIsOff() throws Exception {
        Nic.up("--no-split");
        refused(Nic.NAME, Nic.QUEUE, AREA_BYTES, "ethtool -G zcnic0 tcp-data-split on");
    }

    @Test
    void shouldSayThatThresholdIsSet() throws Exception {
        Nic.up("--hds-thresh", "1");
        refused(Nic.NAME, Nic.QUEUE, AREA_BYTES, "hds-thresh");
    }

    @Test
    void shouldSayThatDriverCannot() throws Exception {
        Command.run("ip", "link", "add", "cannot0", "type", "veth", "peer", "name", "cannot1");
        try {
            refused("cannot0", 0, AREA_BYTES, "veth");
        } finally {
            Command.run("ip", "link", "del", "cannot0");
        }
    }

    /** The ring takes 256 pages, the pool up to 128: an area of 384 leaves none to copy into. */
    @Test
    void shouldRefuseAreaThatTheNicTakesWhole() throws Exception {
        refused(Nic.NAME, Nic.QUEUE, Nic.pages(384), Long.toString(Nic.pages(385)), "ethtool -G zcnic0 rx");
    }

    @Test
    void shouldSayThatQueueIsInUse() throws Exception {
        try (Server<PatternReader> owner = Server.start(Server.zeroCopy(), 8001, PatternReader::new)) {
            assertEquals(ZcrxMode.ZERO_COPY, owner.metrics().mode());
            refused(Nic.NAME, Nic.QUEUE, AREA_BYTES, "in use", "ss -tlnp");
        }
    }

    /** The dead owner's queue is free a moment later, and whoever asks meanwhile waits for it. */
    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldTakeOverQueueOfKilledProcess() throws Exception {
        try (Command owner = Child.start(List.of(), ZcrxMode.ZERO_COPY, 8001, AREA_BYTES)) {
            owner.says("listening");
            owner.kill();
            try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                    Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES)) {
                sender.endsWell();
                server.reader().endsAfter(BYTES);
                assertEquals(BYTES, server.settled().zeroCopyBytes());
            }
        }
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldSayThatCapabilityIsMissing() throws Exception {
        List<String> without = List.of("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin");
        try (Command child = Child.start(without, ZcrxMode.ZERO_COPY, Nic.PORT, AREA_BYTES)) {
            assertEquals(1, child.exitCode(), child::output);
            assertTrue(child.output().contains("lacks CAP_NET_ADMIN"), child::output);
        }
        try (Command child = Child.start(without, ZcrxMode.AUTO, Nic.PORT, AREA_BYTES)) {
            child.says("listening");
            assertTrue(child.output().contains("mode=COPY reason="), child::output);
            assertTrue(child.output().contains("lacks CAP_NET_ADMIN"), child::output);
            Nic.sendLocally(Nic.PORT, BYTES).endsWell();
            child.says("DATA-OK " + BYTES);
        }
    }

    /** 16 MiB may be locked, 64 MiB are asked for. */
    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldTakeSmallerAreaWhereLittleMayBeLocked() throws Exception {
        List<String> limited =
                List.of("prlimit", "--memlock=16777216", "setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock");
        try (Command child = Child.start(limited, ZcrxMode.ZERO_COPY, Nic.PORT, 64 * MIB)) {
            assertEquals(1, child.exitCode(), child::output);
            assertTrue(child.output().contains("memlock"), child::output);
        }
        try (Command child = Child.start(limited, ZcrxMode.AUTO, Nic.PORT, 64 * MIB)) {
            child.says("listening");
            assertTrue(child.output().contains("mode=ZERO_COPY reason=with an area of"), child::output);
            Nic.send(Nic.ADDRESS, Nic.PORT, BYTES).endsWell();
            child.says("DATA-OK " + BYTES);
        }
    }
}
