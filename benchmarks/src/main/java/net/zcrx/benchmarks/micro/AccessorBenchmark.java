// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ByteProcessor;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading 4 KiB from a received buffer and from Netty's pooled direct one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessorBenchmark {
    private static final int BYTES = 4096;

    /** The allocator of the buffer. */
    @Param({"zcrx", "pooled"})
    public String kind;

    private final byte[] target = new byte[BYTES];
    private Area area;
    private BufferPool pool;
    private ByteBuf buf;

    @Setup
    public void start() {
        if (kind.equals("zcrx")) {
            area = Area.allocate(BYTES);
            pool = new BufferPool(token -> {}, () -> {});
            pool.owner(Thread.currentThread());
            buf = pool.get(area, 0, BYTES, 0, true, ByteBufAllocator.DEFAULT);
        } else {
            buf = PooledByteBufAllocator.DEFAULT.directBuffer(BYTES).writeZero(BYTES);
        }
    }

    @TearDown
    public void stop() {
        buf.release();
        if (pool != null) {
            pool.close();
            area.release();
        }
    }

    @Benchmark
    public int getByte() {
        int sum = 0;
        for (int i = 0; i < BYTES; i++) {
            sum += buf.getByte(i);
        }
        return sum;
    }

    @Benchmark
    public int getInt() {
        int sum = 0;
        for (int i = 0; i < BYTES; i += Integer.BYTES) {
            sum += buf.getInt(i);
        }
        return sum;
    }

    @Benchmark
    public long getLongLE() {
        long sum = 0;
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            sum += buf.getLongLE(i);
        }
        return sum;
    }

    @Benchmark
    public byte[] readBytes() {
        buf.readerIndex(0).readBytes(target);
        return target;
    }

    @Benchmark
    public int forEachByte() {
        return buf.readerIndex(0).forEachByte(ByteProcessor.FIND_CRLF);
    }

    @Benchmark
    public int slice() {
        ByteBuf slice = buf.readerIndex(0).readRetainedSlice(BYTES / 2);
        int last = slice.getByte(BYTES / 2 - 1);
        slice.release();
        return last;
    }
}
