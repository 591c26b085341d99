package net.zcrx.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Pages put on a refill ring, 64 at a time; {@code load cycle} has the same loop in C. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RefillBenchmark {
    private static final int BATCH = 64;

    private final PlainRefillRing ring = new PlainRefillRing();

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public boolean push() {
        boolean pushed = true;
        for (int i = 0; i < BATCH; i++) {
            pushed &= ring.refill((long) i * PlainRefillRing.PAGE);
        }
        ring.publishAndTake();
        return pushed;
    }
}
