// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.micro;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Uring;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Submissions made, and a zero-copy completion read from the ring, both halves, as Netty's handler does it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodingBenchmark {
    private int fd = 7;
    private short group = 1;
    private int queue = 3;
    private Completions completions;

    @Setup
    public void start() {
        IoUring.ensureAvailability();
        completions = new Completions();
    }

    @Benchmark
    public IoUringIoOps multishotReceive() {
        return Uring.recv(fd, group, 0);
    }

    @Benchmark
    public IoUringIoOps zeroCopyReceive() {
        return Uring.recvZeroCopy(fd, queue, 0);
    }

    @Benchmark
    public long zeroCopyCompletion() {
        IoUringIoEvent event = completions.next();
        return event.extraCqeData().order(ByteOrder.nativeOrder()).getLong(0) + event.res();
    }
}
