package net.zcrx.benchmarks.micro;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.ZcrxByteBuf;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Control;

/**
 * From a completion to a buffer, its release, and the refill of its page, 64 completions a pass: on the loop, and with
 * the release on other threads. {@code load cycle} has the first one in C.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReceiveCycleBenchmark {
    private static final int BATCH = 64;
    private static final int COMPLETIONS = 4096;
    private static final int COMPLETION_BYTES = 32;
    private static final int LENGTH = 8;
    private static final int TOKEN = 16;
    private static final long OFFSET_MASK = (1L << 48) - 1;

    /** The state of one event loop. */
    @State(Scope.Thread)
    public static class Loop {
        private final Area area = Area.allocate((long) COMPLETIONS * PlainRefillRing.PAGE);
        private final PlainRefillRing ring = new PlainRefillRing();
        private final BufferPool pool = new BufferPool(ring::refill, () -> {});
        private final ByteBuffer completions = Buffer.allocateDirectBufferWithNativeOrder(
                        COMPLETIONS * COMPLETION_BYTES)
                .buffer();
        private int next;

        /** On the benchmark's thread, which so owns the pool. */
        @Setup
        public void start() {
            pool.owner(Thread.currentThread());
            for (int i = 0; i < COMPLETIONS; i++) {
                completions.putInt(i * COMPLETION_BYTES + LENGTH, PlainRefillRing.PAGE);
                completions.putLong(i * COMPLETION_BYTES + TOKEN, (long) i * PlainRefillRing.PAGE);
            }
        }

        @TearDown
        public void stop() {
            pool.close();
            area.release();
        }

        ZcrxByteBuf take() {
            int completion = (next++ & COMPLETIONS - 1) * COMPLETION_BYTES;
            long token = completions.getLong(completion + TOKEN);
            int length = completions.getInt(completion + LENGTH);
            return pool.get(area, (int) (token & OFFSET_MASK), length, token, true, ByteBufAllocator.DEFAULT);
        }

        void endPass() {
            pool.drain();
            ring.publishAndTake();
        }
    }

    /** What passes from the loop to the other threads. */
    @State(Scope.Group)
    public static class Handover {
        private final MessagePassingQueue<ZcrxByteBuf> queue = new MpmcAtomicArrayQueue<>(1024);

        /** What the others had no time for; on a thread that owns no pool. */
        @TearDown(Level.Iteration)
        public void empty() {
            for (ZcrxByteBuf buf; (buf = queue.poll()) != null; ) {
                buf.release();
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long onLoop(Loop loop) {
        long lengths = 0;
        for (int i = 0; i < BATCH; i++) {
            ZcrxByteBuf buf = loop.take();
            lengths += buf.readableBytes();
            buf.release();
        }
        loop.endPass();
        return lengths;
    }

    /** The loop's side: its time for a buffer is the result. */
    @Benchmark
    @Group("offLoop")
    @OperationsPerInvocation(BATCH)
    public void receive(Loop loop, Handover handover, Control control) {
        for (int i = 0; i < BATCH; i++) {
            ZcrxByteBuf buf = loop.take();
            while (!handover.queue.offer(buf)) {
                if (control.stopMeasurement) {
                    buf.release();
                    break;
                }
                // Others may need this processor to make room.
                Thread.yield();
                loop.endPass();
            }
        }
        loop.endPass();
    }

    @Benchmark
    @Group("offLoop")
    public int release(Handover handover) {
        for (int i = 0; i < BATCH; i++) {
            ZcrxByteBuf buf = handover.queue.poll();
            if (buf == null) {
                // The loop may need this processor to receive more.
                Thread.yield();
                return i;
            }
            buf.release();
        }
        return BATCH;
    }
}
