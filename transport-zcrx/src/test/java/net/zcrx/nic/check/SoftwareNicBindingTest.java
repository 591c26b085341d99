// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.zcrx.nic.HeaderSplit;
import net.zcrx.nic.HeldQueue;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.SoftwareNic;
import net.zcrx.uring.Errno;
import net.zcrx.uring.InterfaceQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said of a NIC's queue that can, or cannot, be bound. */
@Tag("vm")
@Timeout(120)
class SoftwareNicBindingTest {
    private static final long AREA_BYTES = HeldQueue.AREA_BYTES;

    @Test
    void shouldInspect() throws Exception {
        SoftwareNic.up("--rule", "8000:1", "--ring", "512");
        NicSnapshot nic = NicInspector.inspect("zcnic0");
        assertEquals(Optional.of("zcnic"), nic.driver());
        assertEquals(4, nic.receiveQueues().orElseThrow());
        assertEquals(HeaderSplit.ON, nic.split());
        assertEquals(0, nic.splitThreshold().orElseThrow());
        assertEquals(512, nic.ringEntries().orElseThrow());
        assertTrue(nic.ntuple());
        assertEquals(128, nic.hashTable().size());
        assertEquals(
                List.of(0, 2, 3), nic.hashTable().stream().distinct().sorted().toList());
        assertEquals(4, nic.queues().size());
        assertTrue(nic.queue(3).orElseThrow().napiId().isPresent());
        assertEquals(2, nic.rulesOnto(1).size());
        assertEquals(
                "rule 0 (flow-type tcp4 dst-port 8000 action 1)",
                nic.rulesOnto(1).get(0).toString());
        assertEquals("zcnic0", NicInspector.candidates().get(0));
    }

    @Test
    void shouldInspectRuleOfOtherKind() throws Exception {
        SoftwareNic.up();
        SoftwareNic.ask("ethtool -N zcnic0 flow-type udp4 dst-port 53 action 2");
        SoftwareNic.ask("ethtool -N zcnic0 flow-type tcp4 src-port 5 dst-port 8000 action -1");
        List<NicRule> rules = NicInspector.inspect("zcnic0").rules().orElseThrow();
        assertEquals(List.of(new NicRule(0, 2, 0, null), new NicRule(1, NicRule.DROP, 0, null)), rules);
    }

    @Test
    void shouldFindNothingThatPreventsZeroCopy() throws Exception {
        SoftwareNic.up();
        assertNull(ZeroCopyCheck.cause("zcnic0", 1, AREA_BYTES));
        Requirement driver = ZeroCopyCheck.tryDriver(NicInspector.inspect("zcnic0"), 1);
        assertEquals(Requirement.Status.OK, driver.status(), driver.text());
        assertEquals(
                Optional.empty(),
                NicInspector.inspect("zcnic0").queue(1).orElseThrow().owner(),
                "the trial is over");
    }

    @Test
    void shouldSayThatQueueIsInUse() throws Exception {
        SoftwareNic.up();
        HeldQueue.whileBound("zcnic0", 1, () -> {
            NicSnapshot nic = NicInspector.inspect("zcnic0");
            assertEquals(Optional.of("io_uring"), nic.queue(1).orElseThrow().owner());
            assertEquals(3, ZeroCopyCheck.bestQueue(nic), "not the one that is bound");
            sentence(1, "Queue 1 of zcnic0 is in use (io_uring).");
            assertEquals(Errno.EEXIST, refused(1));
        });
        assertNull(ZeroCopyCheck.cause("zcnic0", 1, AREA_BYTES));
    }

    @Test
    void shouldTellReasonsApartThatKernelGivesOneErrnoFor() throws Exception {
        SoftwareNic.up("--no-split", "--hds-thresh", "7");
        assertEquals(Errno.EINVAL, refused(1));
        sentence(1, "Header split of zcnic0 is off");
        SoftwareNic.ask("ethtool -G zcnic0 tcp-data-split on");
        assertEquals(Errno.EINVAL, refused(1));
        sentence(1, "zcnic0 splits off only payloads of more than 7 bytes");
    }

    @Test
    void shouldSayThatThereIsNoSuchQueueOrInterface() throws Exception {
        SoftwareNic.up();
        assertEquals(Errno.ERANGE, refused(9));
        sentence(9, "zcnic0 has no receive queue 9");
        assertTrue(ZeroCopyCheck.cause("eth77", 0, AREA_BYTES)
                .getMessage()
                .startsWith("There is no network interface eth77"));
    }

    @Test
    void shouldTellErrnoWhereNothingIsKnownToPrevent() throws Exception {
        SoftwareNic.up();
        for (int errno : new int[] {1, 12, 17, 95, 34, 22}) {
            NicException refused = Refusals.refusedRegistration("zcnic0", 1, AREA_BYTES, errno);
            assertEquals(errno, refused.errno());
            assertTrue(
                    refused.getMessage().startsWith("The kernel refused to bind queue 1 of zcnic0: "),
                    refused.getMessage());
        }
    }

    private static void sentence(int queue, String start) {
        for (NicException cause : new NicException[] {
            ZeroCopyCheck.cause("zcnic0", queue, AREA_BYTES),
            Refusals.refusedRegistration("zcnic0", queue, AREA_BYTES, Errno.EINVAL)
        }) {
            assertTrue(cause.getMessage().startsWith(start), cause.getMessage());
        }
    }

    /** The kernel's answer to an attempt to bind this queue. */
    private static int refused(int queue) {
        return assertThrows(
                        InterfaceQueue.RefusedException.class, () -> HeldQueue.whileBound("zcnic0", queue, () -> {}))
                .errno();
    }
}
