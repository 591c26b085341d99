package net.zcrx.benchmarks.micro;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Uring;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Submissions made, and the second half of a zero-copy completion read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodingBenchmark {
    private int fd = 7;
    private short group = 1;
    private int queue = 3;
    private final ByteBuffer extra =
            Buffer.allocateDirectBufferWithNativeOrder(16).buffer();

    @Benchmark
    public IoUringIoOps multishotReceive() {
        return Uring.recv(fd, group, 0);
    }

    @Benchmark
    public IoUringIoOps zeroCopyReceive() {
        return Uring.recvZeroCopy(fd, queue, 0);
    }

    @Benchmark
    public long zeroCopyToken() {
        return extra.order(ByteOrder.nativeOrder()).getLong(0);
    }
}
