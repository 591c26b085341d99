// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.zcrx.doctor.Doctor;
import net.zcrx.nic.Child;
import net.zcrx.nic.HeaderSplit;
import net.zcrx.nic.HeldQueue;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.SoftwareNic;
import net.zcrx.nic.check.ZeroCopyCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A NIC that is got ready and put back, looked at by ethtool, too. */
@Tag("vm")
@Timeout(300)
class SoftwareNicPreparationTest {
    private static final String[] BARE = {"--no-split", "--no-rss", "--hds-thresh", "10"};

    @TempDir
    Path path;

    @Test
    void shouldPrepareAndRestore() throws Exception {
        SoftwareNic.up(BARE);
        SoftwareNic.ask("ethtool -K zcnic0 ntuple off");
        NicSnapshot before = NicInspector.inspect("zcnic0");
        assertEquals(HeaderSplit.OFF, before.split());
        assertEquals(10, before.splitThreshold().orElseThrow());
        assertEquals(false, before.ntuple());
        assertEquals(IntStream.range(0, 128).map(i -> i % 4).boxed().toList(), before.hashTable());

        assertEquals(
                List.of(
                        "ethtool -G zcnic0 tcp-data-split on",
                        "ethtool -G zcnic0 hds-thresh 0",
                        "ethtool -K zcnic0 ntuple on",
                        "ethtool -X zcnic0 weight 48 0 48 32"),
                prepare(1).stream()
                        .map(command -> command.replaceFirst("weight .*", "weight 48 0 48 32"))
                        .toList());
        assertTrue(SoftwareNic.ask("ethtool -g zcnic0").matches("(?s).*Current.*TCP data split:\\s+on.*"));
        assertTrue(SoftwareNic.ask("ethtool -k zcnic0").contains("ntuple-filters: on"));
        NicSnapshot after = NicInspector.inspect("zcnic0");
        assertEquals(0, after.splitThreshold().orElseThrow());
        assertEquals(false, after.hashReaches(1));
        assertEquals(null, ZeroCopyCheck.cause("zcnic0", 1, 64 << 20));
        assertEquals(List.of(), prepare(1), "nothing is left to do");

        assertEquals(
                List.of(
                        "ethtool -X zcnic0 default",
                        "ethtool -K zcnic0 ntuple off",
                        "ethtool -G zcnic0 hds-thresh 10",
                        "ethtool -G zcnic0 tcp-data-split off"),
                restore());
        assertEquals(before, NicInspector.inspect("zcnic0"));
        assertTrue(SoftwareNic.ask("ethtool -g zcnic0").matches("(?s).*Current.*TCP data split:\\s+off.*"));
        assertEquals(List.of(), restore());
    }

    @Test
    void shouldRestoreWhatWasBeforeTheFirstChange() throws Exception {
        SoftwareNic.up(BARE);
        NicSnapshot before = NicInspector.inspect("zcnic0");
        prepare(1);
        prepare(2, 3);
        assertEquals(
                List.of(0),
                NicInspector.inspect("zcnic0").hashTable().stream().distinct().toList());
        restore();
        assertEquals(before, NicInspector.inspect("zcnic0"));
    }

    @Test
    void shouldChangeNothingWhereOneThingIsRefused() throws Exception {
        SoftwareNic.up(BARE);
        NicSnapshot before = NicInspector.inspect("zcnic0");
        String none =
                assertThrows(NicException.class, () -> prepare(0, 1, 2, 3)).getMessage();
        assertTrue(none.startsWith("No queue of zcnic0 would be left"), none);
        String queue = assertThrows(NicException.class, () -> prepare(4)).getMessage();
        assertTrue(queue.startsWith("zcnic0 has no receive queue 4"), queue);
        assertEquals(before, NicInspector.inspect("zcnic0"));
        assertEquals(List.of(), restore());
    }

    @Test
    void shouldRollBackWhatItRestoredBeforeARefusal() throws Exception {
        SoftwareNic.up(BARE);
        NicSnapshot before = NicInspector.inspect("zcnic0");
        prepare(1);
        HeldQueue.whileBound("zcnic0", 1, () -> {
            NicSnapshot prepared = NicInspector.inspect("zcnic0");
            assertNotEquals(before, prepared);
            String refused = assertThrows(NicException.class, this::restore).getMessage();
            assertTrue(refused.startsWith("zcnic0 was not changed: "), refused);
            assertEquals(prepared, NicInspector.inspect("zcnic0"));
        });
        restore();
        assertEquals(before, NicInspector.inspect("zcnic0"));
    }

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldSayThatCapabilityIsMissing() throws Exception {
        SoftwareNic.up(BARE);
        NicSnapshot before = NicInspector.inspect("zcnic0");
        Child.Result result = Child.shell("setpriv --bounding-set=-all --inh-caps=-all "
                + Child.java(Doctor.class, "zcnic0", "--queue", "1", "--fix"));
        assertEquals(1, result.code(), result.output());
        assertTrue(result.output().contains("FAILED: zcnic0 was not changed. This process lacks CAP_NET_ADMIN"));
        assertEquals(before, NicInspector.inspect("zcnic0"));
    }

    private List<String> prepare(Integer... queues) throws NicException {
        return NicConfigurator.prepare(new StateDirectory(path), "zcnic0", Set.of(queues));
    }

    private List<String> restore() throws NicException {
        return NicConfigurator.restore(new StateDirectory(path), "zcnic0");
    }
}
