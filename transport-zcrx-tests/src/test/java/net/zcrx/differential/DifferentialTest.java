package net.zcrx.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random sequences on epoll and on zcrx. {@code -Dzcrx.differential.sequences=N} plays more of them, {@code
 * -Dzcrx.differential.seed=S} others, and {@code -Dzcrx.differential.number=N} that one.
 */
class DifferentialTest {
    private static final int SEQUENCES = Integer.getInteger("zcrx.differential.sequences", 2000);
    private static final long SEED = Long.getLong("zcrx.differential.seed", 1);
    private static final int NUMBER = Integer.getInteger("zcrx.differential.number", -1);
    /** Sequences that end now so, now so on epoll itself, in percent. */
    private static final double MAX_UNSTABLE = 1;
    /** Failures that are shrunk and shown. */
    private static final int MAX_SHOWN = Integer.getInteger("zcrx.differential.shown", 3);

    private final List<String> failures = new ArrayList<>();
    private int unstable;

    @Test
    @Timeout(3600)
    void shouldShowWhatEpollShows() throws Exception {
        int first = NUMBER < 0 ? 0 : NUMBER;
        int end = NUMBER < 0 ? SEQUENCES : NUMBER + 1;
        try (Bench bench = new Bench()) {
            for (int number = first; number < end && failures.size() < MAX_SHOWN; number++) {
                Comparison comparison = bench.compare(new Generator(SEED, number).next());
                if (!comparison.stable()) {
                    unstable++;
                } else if (!comparison.isSame()) {
                    failures.add(
                            "seed " + SEED + ", number " + number + ", at its shortest: " + shrink(bench, comparison));
                }
            }
        }
        System.out.println("Differential test: seed " + SEED + ", sequences " + first + " to " + (end - 1) + ", "
                + unstable + " unstable on epoll, " + failures.size() + " differ");
        if (!failures.isEmpty()) {
            fail(String.join("\n\n", failures));
        }
        assertTrue(
                unstable * 100.0 <= MAX_UNSTABLE * (end - first),
                () -> unstable + " sequences of " + (end - first) + " give now this, now that on epoll itself.");
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
