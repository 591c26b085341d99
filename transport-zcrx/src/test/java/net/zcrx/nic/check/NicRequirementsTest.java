// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.zcrx.nic.HeaderSplit;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.TestNic;
import org.junit.jupiter.api.Test;

class NicRequirementsTest {
    private static final List<Integer> ALL = List.of(0, 1, 2, 3);
    private static final List<Integer> NOT_THREE = List.of(0, 1, 2, 0);

    @Test
    void shouldFindNothingMissing() {
        assertEquals(List.of(), preventing(TestNic.with(4, NOT_THREE), 3));
    }

    @Test
    void shouldNameCommandForHeaderSplit() {
        List<String> off = preventing(TestNic.with(4, NOT_THREE, HeaderSplit.OFF, 0, -1), 3);
        assertEquals(
                List.of("Header split of zcnic0 is off, but zero copy needs payload in buffers of its own. Fix it"
                        + " with: sudo ethtool -G zcnic0 tcp-data-split on"),
                off);
        List<String> auto = preventing(TestNic.with(4, NOT_THREE, HeaderSplit.AUTO, 0, -1), 3);
        assertEquals(1, auto.size());
        assertEquals(true, auto.get(0).startsWith("Header split of zcnic0 is left to its driver"), auto.get(0));
    }

    @Test
    void shouldNameCommandForThreshold() {
        assertEquals(
                List.of("zcnic0 splits off only payloads of more than 256 bytes (hds-thresh), but zero copy needs a"
                        + " threshold of 0. Where ethtool does not know it, zcrx doctor --fix does. Fix it"
                        + " with: sudo ethtool -G zcnic0 hds-thresh 0"),
                preventing(TestNic.with(4, NOT_THREE, HeaderSplit.ON, 256, -1), 3));
    }

    @Test
    void shouldMissQueueThatDoesNotExist() {
        assertEquals(
                List.of("zcnic0 has no receive queue 4: there are 4, and they count from 0. Fix it with: sudo ethtool"
                        + " -L zcnic0 combined 5"),
                preventing(TestNic.with(4, ALL), 4));
    }

    @Test
    void shouldTellQueueInUse() {
        List<String> sentences = preventing(TestNic.with(4, NOT_THREE, HeaderSplit.ON, 0, 3), 3);
        assertEquals(1, sentences.size());
        assertEquals(true, sentences.get(0).startsWith("Queue 3 of zcnic0 is in use (io_uring)."), sentences.get(0));
    }

    @Test
    void shouldAdviseWeightsThatLeaveQueueAlone() {
        String command = new NicRequirements(TestNic.with(4, ALL), 1)
                .list().stream()
                        .filter(requirement -> requirement.name().equals("RSS"))
                        .findFirst()
                        .orElseThrow()
                        .command();
        assertEquals("sudo ethtool -X zcnic0 weight 1 0 1 1", command);
    }

    @Test
    void shouldPreferFreeQueueThatIsLeftAlone() {
        assertEquals(3, NicRequirements.bestQueue(TestNic.with(4, NOT_THREE)));
        assertEquals(1, NicRequirements.bestQueue(TestNic.with(4, List.of(0, 2, 3))));
        assertEquals(3, NicRequirements.bestQueue(TestNic.with(4, ALL)));
        assertEquals(2, NicRequirements.bestQueue(TestNic.with(4, ALL, HeaderSplit.ON, 0, 3)));
        assertEquals(0, NicRequirements.bestQueue(TestNic.with(1, List.of())));
        assertEquals(0, NicRequirements.bestQueue(TestNic.with(1, List.of(), HeaderSplit.ON, 0, 0)));
    }

    private static List<String> preventing(NicSnapshot nic, int queue) {
        return new NicRequirements(nic, queue)
                .list().stream()
                        .filter(Requirement::prevents)
                        .map(Requirement::sentence)
                        .toList();
    }
}
