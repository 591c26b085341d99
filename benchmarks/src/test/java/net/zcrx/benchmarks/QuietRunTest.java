// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuietRunTest {
    private static final double AN_HOUR = 3600;
    private static final double A_TICK = 0.01;

    private final StringWriter told = new StringWriter();
    private double stolen;
    private int runs;
    private final QuietRun quiet = new QuietRun(() -> stolen, new PrintWriter(told, true));

    private double measure(int noisyRuns) throws Exception {
        return quiet.measure(() -> {
                    stolen += runs < noisyRuns ? AN_HOUR : 0;
                    return Map.of(Metric.THROUGHPUT, (double) ++runs);
                })
                .get(Metric.THROUGHPUT);
    }

    @Test
    void shouldKeepAQuietRun() throws Exception {
        assertEquals(1, measure(0));
        assertEquals("", told.toString());
    }

    @Test
    void shouldRepeatARunWhoseProcessorsTheHostTook() throws Exception {
        assertEquals(2, measure(1));
        assertTrue(told.toString().startsWith("The host took "), told::toString);
    }

    @Test
    void shouldEndOnAMachineThatIsNeverQuiet() throws Exception {
        assertEquals(3, measure(100));
    }

    @Test
    void shouldReadWhatTheHostHasTaken() throws Exception {
        double before = ProcessorTime.ofAll().stolenSeconds();
        String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
        double after = ProcessorTime.ofAll().stolenSeconds();
        // The kernel rounds the sum of all processors once, and each of them by itself.
        double rounding = Runtime.getRuntime().availableProcessors() * A_TICK;
        double stolenOfAll = Long.parseLong(all.split(" +")[8]) * A_TICK;
        assertTrue(stolenOfAll >= before - rounding && stolenOfAll <= after + rounding, all);
    }
}
