// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences on epoll and on zcrx: of one of the known seeds, by the commit ({@code ZCRX_PICK}), or of all of
 * them ({@code ZCRX_FULL}). {@code -Dzcrx.differential.sequences=N} plays more of them,
 * {@code -Dzcrx.differential.seed=S} others, and {@code -Dzcrx.differential.number=N} that one.
 */
class DifferentialTest {
    /** Seeds from 1 on that every run must pass. Of later ones about one sequence in a thousand differs. */
    private static final int SEEDS = 3;

    private static final int SEQUENCES = Integer.getInteger("zcrx.differential.sequences", 2000);
    private static final int NUMBER = Integer.getInteger("zcrx.differential.number", -1);
    /** Sequences that end now so, now so on epoll itself, in percent. */
    private static final double MAX_UNSTABLE = 1;
    /** How often a sequence that differs is played. */
    private static final int TRIES = 4;
    /** Failures that are shrunk and shown. */
    private static final int MAX_SHOWN = Integer.getInteger("zcrx.differential.shown", 3);

    /** By what differs: the shortest sequence of each. */
    private final Map<String, Failure> failures = new LinkedHashMap<>();

    private int differing;
    private int unstable;

    private record Failure(long seed, int number, int count, Comparison shortest) {
        /** Of the two the shorter one, for both. */
        Failure and(Failure other) {
            Failure shorter = other.shortest.length() < shortest.length() ? other : this;
            return new Failure(seed, shorter.number, count + other.count, shorter.shortest);
        }

        @Override
        public String toString() {
            return "seed " + seed + ", number " + number + (count > 1 ? " and " + (count - 1) + " others" : "")
                    + ", at its shortest: " + shortest;
        }
    }

    private static LongStream seeds() {
        Long asked = Long.getLong("zcrx.differential.seed");
        if (asked != null) {
            return LongStream.of(asked);
        }
        boolean full = "1".equals(System.getenv("ZCRX_FULL"));
        long pick = Long.parseLong(System.getenv().getOrDefault("ZCRX_PICK", "0"));
        return full ? LongStream.rangeClosed(1, SEEDS) : LongStream.of(1 + pick % SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Timeout(3600)
    void shouldShowWhatEpollShows(long seed) throws Exception {
        int first = NUMBER < 0 ? 0 : NUMBER;
        int end = NUMBER < 0 ? SEQUENCES : NUMBER + 1;
        int number = first;
        try (Bench bench = new Bench()) {
            for (; number < end && failures.size() < MAX_SHOWN; number++) {
                Comparison comparison = compare(bench, new Generator(seed, number).next());
                if (!comparison.stable()) {
                    unstable++;
                } else if (!comparison.isSame()) {
                    add(seed, number, bench, comparison);
                }
            }
        }
        int played = number - first;
        System.out.println("Differential test: seed " + seed + ", " + played + " sequences from " + first + " on, "
                + unstable + " unstable on epoll, " + differing + " differ");
        if (!failures.isEmpty()) {
            fail(failures.values().stream().map(Failure::toString).collect(Collectors.joining("\n\n")));
        }
        assertTrue(
                unstable <= Math.max(2, played * MAX_UNSTABLE / 100.0),
                () -> unstable + " sequences of " + played + " give now this, now that on epoll itself.");
    }

    /**
     * What differs must do so each time. On a busy machine a step may end before all is told; then it counts as
     * unstable, of which few are let pass.
     */
    private Comparison compare(Bench bench, Scenario scenario) throws Exception {
        Comparison comparison = bench.compare(scenario);
        for (int again = 1; again < TRIES && comparison.stable() && !comparison.isSame(); again++) {
            comparison = bench.compare(scenario);
            unstable += comparison.isSame() ? 1 : 0;
        }
        return comparison;
    }

    private void add(long seed, int number, Bench bench, Comparison comparison) throws Exception {
        differing++;
        // Shrinking takes long: once for each thing that differs.
        boolean known = failures.containsKey(comparison.difference());
        Comparison shortest = known ? comparison : shrink(bench, comparison);
        Failure failure = new Failure(seed, number, 1, shortest);
        failures.merge(known ? comparison.difference() : shortest.difference(), failure, Failure::and);
        if (!known) {
            System.out.println(failure + "\n");
        }
    }

    private static Comparison shrink(Bench bench, Comparison failing) throws Exception {
        Scenario shortest = new Shrinker(failing.scenario(), candidate -> differs(bench, candidate)).shrink();
        Comparison shown = bench.compare(shortest);
        return shown.isSame() ? failing : shown;
    }

    private static boolean differs(Bench bench, Scenario scenario) {
        try {
            Comparison comparison = bench.compare(scenario);
            return comparison.stable() && !comparison.isSame();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot play\n" + scenario, e);
        }
    }
}
