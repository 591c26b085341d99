// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.micro;

import io.netty.channel.uring.IoUring;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.TokenList;
import net.zcrx.uring.UnregisteredQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Pages put on the refill ring, 64 per pass; {@code load cycle} has the same loop in C. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RefillBenchmark {
    private static final int BATCH = 64;

    private UnregisteredQueue queue;
    private RefillRing ring;
    private final TokenList returned = new TokenList();

    @Setup
    public void start() {
        IoUring.ensureAvailability();
        queue = new UnregisteredQueue(Completions.COUNT, Completions.PAGE);
        ring = queue.queue().refillRing();
    }

    @TearDown
    public void stop() {
        queue.queue().free();
        ring.free();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int push() {
        for (int i = 0; i < BATCH; i++) {
            returned.add((long) i * Completions.PAGE);
        }
        int left = ring.put(returned);
        queue.takePages();
        return left;
    }
}
