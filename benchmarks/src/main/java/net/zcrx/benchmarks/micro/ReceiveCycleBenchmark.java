// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.Area;
import net.zcrx.nic.QueueName;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.SharedQueue;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.UnregisteredQueue;
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
 * The way from a completion to a buffer, its release, and the refill of its page, 64 completions per pass: on the loop,
 * and with the release on other threads. {@code load cycle} has the first one in C.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReceiveCycleBenchmark {
    private static final int BATCH = 64;

    /** A connection that is handed each buffer at once. */
    private static final class Taken implements Receiver.Inbound {
        private ByteBuf buffer;

        @Override
        public ByteBuf last() {
            return null;
        }

        @Override
        public boolean mayGrow(int bytes) {
            return false;
        }

        @Override
        public void add(ByteBuf next) {
            buffer = next;
        }

        @Override
        public void replaceLast(ByteBuf next) {
            buffer = next;
        }

        @Override
        public void fail(Throwable cause) {
            throw new IllegalStateException(cause);
        }
    }

    /** The state of one event loop. */
    @State(Scope.Thread)
    public static class Loop {
        private Completions completions;
        private UnregisteredQueue queue;
        private ZeroCopyReceiver receiver;
        private final Taken taken = new Taken();

        /** Sets up on the benchmark's thread, which so is the loop's thread. */
        @Setup
        public void start() {
            Area area = Area.allocate((long) Completions.COUNT * Completions.PAGE);
            completions = new Completions();
            queue = new UnregisteredQueue(Completions.COUNT, Completions.PAGE);
            receiver = SharedQueue.begin(queue.queue(), area, new QueueName("nic", 0), 1, 0, () -> {});
            receiver.start(Thread.currentThread());
        }

        @TearDown
        public void stop() {
            receiver.close();
        }

        /** One buffer a completion, though their pages would join: the most work that a page can be. */
        ByteBuf take() {
            receiver.receive(completions.next(), taken, ByteBufAllocator.DEFAULT);
            return taken.buffer;
        }

        void endPass() {
            receiver.endPass();
            queue.takePages();
        }
    }

    /** Passes' buffers on their way to the other threads, in arrays that come back. */
    @State(Scope.Group)
    public static class Handover {
        private static final int BATCHES = 4;

        private final MessagePassingQueue<ByteBuf[]> full = new MpmcAtomicArrayQueue<>(BATCHES);
        private final MessagePassingQueue<ByteBuf[]> empty = new MpmcAtomicArrayQueue<>(BATCHES);

        /** The arrays. */
        @Setup
        public void start() {
            empty.fill(() -> new ByteBuf[BATCH], BATCHES);
        }

        /** Releases the buffers that the other threads had no time for; on a thread that owns no pool. */
        @TearDown(Level.Iteration)
        public void finish() {
            while (releaseBatch()) {}
        }

        boolean releaseBatch() {
            ByteBuf[] batch = full.poll();
            if (batch == null) {
                return false;
            }
            for (ByteBuf buf : batch) {
                buf.release();
            }
            empty.offer(batch);
            return true;
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long onLoop(Loop loop) {
        long lengths = 0;
        for (int i = 0; i < BATCH; i++) {
            ByteBuf buf = loop.take();
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
        ByteBuf[] batch;
        while ((batch = handover.empty.poll()) == null) {
            if (control.stopMeasurement) {
                return;
            }
            loop.endPass();
            // Not a spin: with more threads than processors it would take the time slice of whom it waits for.
            Thread.yield();
        }
        for (int i = 0; i < BATCH; i++) {
            batch[i] = loop.take();
        }
        handover.full.offer(batch);
        loop.endPass();
    }

    /** Runs as many operations as the loop's side: JMH leaves out the number where those of a group differ. */
    @Benchmark
    @Group("offLoop")
    @OperationsPerInvocation(BATCH)
    public void release(Handover handover, Control control) {
        while (!handover.releaseBatch() && !control.stopMeasurement) {
            Thread.yield();
        }
    }
}
