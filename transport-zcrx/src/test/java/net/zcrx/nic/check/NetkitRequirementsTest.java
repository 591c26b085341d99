// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.TestNic;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.Test;

/** Queues on lease, seen from the container that has them and from the host of the NIC. */
class NetkitRequirementsTest {
    private static final NicSnapshot NETKIT = TestNic.netkit(2, -1);
    /** As a loop takes by default. */
    private static final long AREA_BYTES = 16384L * Native.pageSize();

    @Test
    void shouldNotMissWhatOnlyTheHostSees() {
        List<Requirement> all = ZeroCopyCheck.requirements(NETKIT, 1, AREA_BYTES);
        assertEquals(List.of(), preventing(NETKIT, 1));
        for (String ofNic : List.of("header split", "RSS", "rules")) {
            Requirement found = all.stream()
                    .filter(requirement -> requirement.name().equals(ofNic))
                    .findFirst()
                    .orElseThrow();
            assertEquals(Requirement.Status.UNKNOWN, found.status(), found::toString);
            assertTrue(found.text().contains("On its host zcrx lease does it, or: ethtool -"), found::text);
        }
    }

    @Test
    void shouldSayThatAreaIsTooSmall() {
        long least = NETKIT.areaBytesAtLeast(Native.pageSize());
        Requirement area = area(NETKIT, least - 1);
        assertTrue(area.prevents());
        assertTrue(area.text().contains("areaBytes to " + least + " or more."), area::text);
        assertEquals(Requirement.Status.OK, area(NETKIT, least).status());
    }

    private static Requirement area(NicSnapshot nic, long bytes) {
        return ZeroCopyCheck.requirements(nic, 1, bytes).stream()
                .filter(requirement -> requirement.name().equals("area"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldSayThatQueueIsNotOnLease() {
        assertEquals(
                List.of("Queue 0 of nkpod is its own and not on lease from a NIC; on lease are [1, 2]. Take one of"
                        + " those,"
                        + " or \"leased\" for all of them."),
                preventing(NETKIT, 0));
        assertEquals(
                List.of("nkpod has no queue 3 on lease from a NIC; on lease are [1, 2]. Take one of those, or"
                        + " \"leased\" for all of them."),
                preventing(NETKIT, 3));
        assertEquals(
                List.of("nkpod has no queue 1 on lease from a NIC, and none other. Lease it one where the NIC is:"
                        + " ./zcrx lease NIC:QUEUE --to CONTAINER ..."),
                preventing(TestNic.netkit(0, -1), 1));
    }

    @Test
    void shouldTellLeasedQueueInUse() {
        List<String> sentences = preventing(TestNic.netkit(2, 2), 2);
        assertEquals(1, sentences.size());
        assertTrue(sentences.get(0).startsWith("Queue 2 of nkpod is in use (io_uring)."), sentences.get(0));
    }

    @Test
    void shouldPreferLeasedQueueThatIsFree() {
        assertEquals(2, ZeroCopyCheck.bestQueue(NETKIT));
        assertEquals(1, ZeroCopyCheck.bestQueue(TestNic.netkit(2, 2)));
        assertEquals(2, ZeroCopyCheck.bestQueue(TestNic.netkit(2, 1)));
        assertEquals(1, ZeroCopyCheck.bestQueue(TestNic.netkit(1, 1)));
        assertEquals(0, ZeroCopyCheck.bestQueue(TestNic.netkit(0, -1)));
    }

    @Test
    void shouldNotTakeQueueOfNicThatIsOnLease() {
        NicSnapshot nic = TestNic.leased(TestNic.with(4, List.of(0, 1, 0, 1)), 3);
        assertEquals(
                List.of("Queue 3 of zcnic0 is leased to a container (queue 1 of interface 4 in the network namespace"
                        + " with the id 7). Take another one, or end the lease with: ./zcrx lease zcnic0:3 --undo"),
                preventing(nic, 3));
        assertEquals(2, ZeroCopyCheck.bestQueue(nic));
    }

    @Test
    void shouldTellWhyRegistrationWasRefused() {
        assertTrue(NicInspector.isAvailable(), "Netty's words for an errno");
        assertTrue(refusal(NETKIT, Errno.EOPNOTSUPP)
                .startsWith("The kernel refused to bind queue 1 of nkpod: it is not on lease from a NIC, or not any"));
        assertTrue(refusal(NETKIT, Errno.EINVAL).contains("ethtool -G NIC tcp-data-split on hds-thresh 0"));
        assertTrue(refusal(NETKIT, Errno.EEXIST).contains("it is in use"));
        assertTrue(refusal(NETKIT, Errno.EPERM).contains("CAP_NET_ADMIN in the first user namespace"));
        NicSnapshot nic = TestNic.with(4, List.of(0));
        assertTrue(refusal(nic, Errno.EOPNOTSUPP).contains("its driver cannot give a queue's memory"));
        assertFalse(refusal(nic, Errno.EINVAL).contains("tcp-data-split"));
    }

    @Test
    void shouldNameRuleThatTheHostNeeds() {
        FlowRule rule = new FlowRule(false, null, 8080, 3, 0);
        String sentence =
                "nkpod is a netkit, and rules are those of the NIC whose queues it has on lease. Where the NIC"
                        + " is, zcrx lease sets them, or: ethtool -N NIC flow-type tcp4 dst-port 8080 action QUEUE";
        assertEquals(sentence, Refusals.steeringOfHost(NETKIT, rule));
        NicException refused = new NicException("no", Errno.EOPNOTSUPP);
        assertEquals(sentence, Refusals.refusedRule(NETKIT, rule, refused).getMessage());
    }

    @Test
    void shouldReckonWithLongRing() {
        assertEquals(8192, NETKIT.ringEntriesAtMost());
        assertEquals(256, TestNic.with(4, List.of()).ringEntriesAtMost());
    }

    private static String refusal(NicSnapshot nic, int errno) {
        return Refusals.registrationSentence(nic, 1, 1 << 20, errno);
    }

    private static List<String> preventing(NicSnapshot nic, int queue) {
        return ZeroCopyCheck.requirements(nic, queue, AREA_BYTES).stream()
                .filter(Requirement::prevents)
                .map(Requirement::sentence)
                .toList();
    }
}
