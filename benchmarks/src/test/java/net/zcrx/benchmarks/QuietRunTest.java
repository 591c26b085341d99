// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuietRunTest {
    private static final double FAILS = -1;

    private final StringWriter told = new StringWriter();
    private long ticks;
    private int runs;
    private final QuietRun quiet = new QuietRun(() -> stolen(ticks, runs), 3, new PrintWriter(told, true));

    /** Of two processors, of which the host takes the second only. */
    private static Stolen stolen(long ticks, long seconds) {
        return new Stolen(
                List.of("cpu0 5 0 1 9 0 0 0 7 0 0", "cpu1 5 0 1 9 0 0 0 " + ticks + " 0 0"), seconds * 1_000_000_000);
    }

    /**
     * Measures in runs of a second each.
     *
     * @param percents what the host takes of each run, or {@link #FAILS}, where it takes all
     * @return the run that counts, from 1 on
     */
    private double measure(double... percents) throws Exception {
        return quiet.measure(again -> {
                    double percent = percents[runs++];
                    assertEquals(runs > 1, again);
                    if (percent == FAILS) {
                        ticks += 100;
                        throw new RunFailedException("failed " + runs);
                    }
                    return new QuietRun.Attempt(Map.of(Metric.THROUGHPUT, (double) runs, Metric.STOLEN, percent), 0);
                })
                .metrics()
                .get(Metric.THROUGHPUT);
    }

    @Test
    void shouldKeepQuietRun() throws Exception {
        assertEquals(1, measure(4));
        assertEquals("", told.toString());
    }

    @Test
    void shouldRepeatRunWhoseProcessorsTheHostTook() throws Exception {
        assertEquals(2, measure(50, 0));
        assertEquals("The host took 50 % of a processor's time: the run is done again.\n", told.toString());
    }

    @Test
    void shouldEndOnMachineThatIsNeverQuiet() throws Exception {
        assertEquals(2, measure(50, 7, 30));
    }

    @Test
    void shouldRepeatRunThatFailedAsTheHostTookTheProcessors() throws Exception {
        assertEquals(2, measure(FAILS, 0));
        assertTrue(told.toString().startsWith("The host took 100 %"), told::toString);
    }

    @Test
    void shouldKeepRunThatWasWellWhenTheNextFails() throws Exception {
        assertEquals(1, measure(50, FAILS, FAILS));
    }

    @Test
    void shouldFailWhenEachTryFails() {
        RunFailedException e = assertThrows(RunFailedException.class, () -> measure(FAILS, FAILS, FAILS));
        assertEquals("failed 3", e.getMessage());
    }

    @Test
    void shouldNotRepeatRunThatFailedOnQuietMachine() {
        RunFailedException e = assertThrows(
                RunFailedException.class,
                () -> quiet.measure(again -> {
                    runs++;
                    throw new RunFailedException("failed");
                }));
        assertEquals("failed", e.getMessage());
        assertEquals(1, runs);
    }

    @Test
    void shouldTellShareOfProcessorThatTheHostTookMostOf() throws Exception {
        assertEquals(25, stolen(60, 2).percentSince(stolen(10, 0)), 0.001);
        assertFalse(Stolen.now().processors().isEmpty());
    }
}
