// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the processors of this machine. */
class PlacingTest {
    private static Placing of(Layout layout, String softirqCpus) throws Exception {
        return Placing.of(layout, "lo", List.of(0), softirqCpus);
    }

    @Test
    void shouldPutLoopAndSoftirqOnOneCore() throws Exception {
        Placing placing = of(Layout.ONE_CORE, "0");
        assertEquals("0", placing.loopList());
        assertEquals("0", placing.allList());
    }

    /** The first queue has the first processor. */
    @Test
    void shouldGiveEachQueueItsProcessor() throws Exception {
        assertEquals("4", of(Layout.ONE_CORE, "4-7").loopList());
        assertEquals(
                "4,5", Placing.of(Layout.ONE_CORE, "lo", List.of(2, 3), "4-7").loopList());
    }

    @Test
    void shouldPutThemOnTwoCores() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "split cores need two processors");
        Placing placing = of(Layout.SPLIT_CORES, "0");
        assertEquals(1, placing.loops().size());
        assertFalse(placing.loops().contains(0));
        assertEquals("0," + placing.loopList(), placing.allList());
    }

    /** What all processors do is no answer to what the reception takes. */
    @Test
    void shouldNotPretendToKnowWhereSoftirqsRun() throws Exception {
        assertEquals("", of(Layout.SOFTIRQ_UNKNOWN, "").allList());
    }

    @Test
    void shouldSayThatThereAreNotEnoughCores() {
        TreeSet<Integer> all = new TreeSet<>();
        IntStream.range(0, Runtime.getRuntime().availableProcessors()).forEach(all::add);
        Processors.UnknownException error =
                assertThrows(Processors.UnknownException.class, () -> Processors.beside(all));
        assertTrue(error.getMessage().contains("there are 0"), error.getMessage());
    }

    @Test
    void shouldSayThatTheInterruptIsNotKnown() {
        Processors.UnknownException error =
                assertThrows(Processors.UnknownException.class, () -> Processors.ofInterrupts("lo", List.of(0)));
        assertTrue(error.getMessage().contains("--softirq-cpus"), error.getMessage());
    }

    @Test
    void shouldReadListsOfProcessors() {
        assertEquals("0,2,3,4", Processors.list(Processors.parse("2-4,0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "1-", "1,,2", "-1"})
    void shouldSayWhatIsNoList(String list) {
        assertThrows(IllegalArgumentException.class, () -> Processors.parse(list));
    }
}
