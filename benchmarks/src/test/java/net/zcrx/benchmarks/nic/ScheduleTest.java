// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final List<Candidate> CANDIDATES =
            Candidate.of(List.of("epoll", "zcrx-copy", "zcrx"), List.of(4096, 16384));

    @Test
    void shouldHaveZeroCopyOnceForEachSizeOfABuffer() {
        assertEquals(
                List.of("epoll", "zcrx-copy", "zcrx", "zcrx 16K"),
                CANDIDATES.stream().map(Candidate::label).toList());
        assertEquals(2, CANDIDATES.stream().filter(Candidate::zeroCopy).count());
    }

    @Test
    void shouldSayWhichTransportsThereAre() {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class, () -> Candidate.of(List.of("epoll", "dpdk"), List.of(4096)));
        assertTrue(error.getMessage().contains("dpdk"), error.getMessage());
        for (String name : Candidate.NAMES) {
            assertTrue(error.getMessage().contains(name), error.getMessage());
        }
    }

    @Test
    void shouldTakeTurnsInEachLayoutOfEachSetOfQueues() {
        Map<List<Integer>, List<Layout>> layouts = new LinkedHashMap<>();
        layouts.put(List.of(4), List.of(Layout.ONE_CORE, Layout.SPLIT_CORES));
        layouts.put(List.of(4, 5), List.of(Layout.ONE_CORE));
        List<Case> cases = Schedule.of(1500, layouts, 2, CANDIDATES);
        assertEquals(3 * 2 * CANDIDATES.size(), cases.size());
        assertEquals(cases.size(), cases.stream().distinct().count());
        assertEquals("MTU 1500, queue 4, one core", cases.get(0).circumstances());
        assertEquals("epoll", cases.get(0).candidate().label());
        // In the second round another one is first.
        assertEquals(2, cases.get(4).round());
        assertEquals("zcrx-copy", cases.get(4).candidate().label());
        assertEquals(Layout.SPLIT_CORES, cases.get(8).layout());
        assertEquals("MTU 1500, queues 4 5, one core", cases.get(16).circumstances());
        assertEquals(2, cases.get(16).loops());
        assertEquals("eth0:4,eth0:5", cases.get(16).queueNames("eth0"));
    }

    /** The figures of others are of one queue. */
    @Test
    void shouldMeasureOneQueueAndThenAll() {
        assertEquals(List.of(List.of(4), List.of(4, 5, 6)), Schedule.queueSets(List.of(4, 5, 6)));
        assertEquals(List.of(List.of(4)), Schedule.queueSets(List.of(4)));
        assertEquals(List.of(List.of()), Schedule.queueSets(List.of()));
    }
}
