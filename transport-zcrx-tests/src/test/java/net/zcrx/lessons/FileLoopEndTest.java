// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.direct;
import static net.zcrx.lessons.TestFiles.failure;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A loop ends while its files are in use: each future is done, each buffer released once, each file closed. */
@ExtendWith(Invariants.class)
class FileLoopEndTest {
    private static final int ECANCELED = 125;
    private static final int LENGTH = 100_000;

    @TempDir
    Path directory;

    @Test
    void shouldEndWithWritesUnderWay() throws Exception {
        for (int round = 0; round < 10; round++) {
            Loops loops = new Loops(1);
            List<ZcrxFile> files = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                files.add(get(ZcrxFile.open(loops.loop(0), directory.resolve(round + "-" + i), NEW)));
            }
            List<ByteBuf> buffers = new ArrayList<>();
            List<Future<?>> writes = new ArrayList<>();
            AtomicInteger told = new AtomicInteger();
            for (int i = 0; i < 500; i++) {
                ByteBuf buffer = direct(new byte[LENGTH]);
                buffers.add(buffer);
                writes.add(files.get(i % 5)
                        .write(buffer, (long) i / 5 * LENGTH)
                        .addListener(future -> told.incrementAndGet()));
            }
            if (round % 2 == 0) {
                get(writes.get(20));
            }
            loops.shutDown();
            for (Future<?> write : writes) {
                assertTrue(write.isDone());
                if (!write.isSuccess()) {
                    failure(ECANCELED, write);
                }
            }
            assertEquals(writes.size(), told.get());
            buffers.forEach(buffer -> assertEquals(0, buffer.refCnt()));
            assertEquals(0, TestFiles.descriptorsBelow(directory));
            assertStored(writes, files);
            for (ZcrxFile file : files) {
                Files.delete(file.path());
            }
        }
    }

    /** Each write that succeeded is in its file. */
    private static void assertStored(List<Future<?>> writes, List<ZcrxFile> files) throws Exception {
        for (int i = 0; i < writes.size(); i++) {
            if (writes.get(i).isSuccess()) {
                long least = ((long) i / 5 + 1) * LENGTH;
                assertTrue(Files.size(files.get(i % 5).path()) >= least);
            }
        }
    }

    /** Some are asked for while the loop ends, some after it. */
    @Test
    void shouldFailWhatIsAskedOfLoopThatEnds() throws Exception {
        for (int round = 0; round < 20; round++) {
            Loops loops = new Loops(1);
            ZcrxFile file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file" + round), NEW));
            List<ByteBuf> buffers = new ArrayList<>();
            List<Future<?>> asked = new ArrayList<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                boolean ended;
                do {
                    ended = loops.group.isTerminated();
                    ByteBuf buffer = direct(new byte[1000]);
                    buffers.add(buffer);
                    asked.add(file.write(buffer, 0));
                    asked.add(ZcrxFile.open(loops.loop(0), file.path()));
                    begun.countDown();
                } while (!ended && asked.size() < 20_000);
            });
            thread.start();
            Loops.awaitUninterruptibly(begun);
            loops.shutDown();
            thread.join();
            asked.add(file.size());
            for (Future<?> each : asked) {
                assertTrue(each.await(Loops.SECONDS * 1000L));
            }
            failure(ZcrxFileException.class, asked.get(asked.size() - 1));
            buffers.forEach(buffer -> assertEquals(0, buffer.refCnt()));
            assertEquals(0, TestFiles.descriptorsBelow(directory));
            assertTrue(file.close().isSuccess());
        }
    }

    /** Tasks of a loop that ends in the moment in which one comes from a certain thread. */
    private static final class EndingQueue extends AbstractQueue<Runnable> {
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private volatile Thread last;
        private volatile Runnable end;

        @Override
        public boolean offer(Runnable task) {
            if (Thread.currentThread() == last) {
                last = null;
                end.run();
            }
            return tasks.offer(task);
        }

        @Override
        public Runnable poll() {
            return tasks.poll();
        }

        @Override
        public Runnable peek() {
            return tasks.peek();
        }

        @Override
        public Iterator<Runnable> iterator() {
            return tasks.iterator();
        }

        @Override
        public int size() {
            return tasks.size();
        }
    }

    /** The loop has not ended when it is asked to run the listener, and has when it would. */
    @Test
    void shouldTellListenerThatComesWhileLoopEnds() throws Exception {
        EndingQueue queue = new EndingQueue();
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(
                1,
                null,
                DefaultEventExecutorChooserFactory.INSTANCE,
                null,
                capacity -> queue,
                null,
                new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY));
        ZcrxFile file = get(ZcrxFile.open(group.next(), directory.resolve("file"), NEW));
        Future<Long> size = file.size();
        get(size);
        queue.end = () -> group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS);
        queue.last = Thread.currentThread();
        CountDownLatch told = new CountDownLatch(1);
        size.addListener(done -> told.countDown());
        assertTrue(group.isTerminated());
        assertTrue(told.await(Loops.SECONDS, TimeUnit.SECONDS));
    }

    /** What was read is there, or the future says that it is not; the memory is the caller's again. */
    @Test
    void shouldEndWithReadsUnderWay() throws Exception {
        byte[] data = Loops.pattern(1 << 20);
        Path path = Files.write(directory.resolve("file"), data);
        Loops loops = new Loops(1);
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), path));
        List<ByteBuf> targets = new ArrayList<>();
        List<Future<Integer>> reads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ByteBuf target = Unpooled.directBuffer(1 << 20);
            targets.add(target);
            reads.add(file.read(target, 0));
        }
        get(reads.get(0));
        loops.shutDown();
        for (int i = 0; i < reads.size(); i++) {
            assertTrue(reads.get(i).isDone());
            ByteBuf target = targets.get(i);
            assertEquals(1, target.refCnt());
            assertEquals(reads.get(i).isSuccess() ? data.length : 0, target.readableBytes());
            assertTrue(!target.isReadable() || target.equals(Unpooled.wrappedBuffer(data)));
            target.release();
        }
    }

    /**
     * The kernel may read from the buffer's memory when the disk answers again, so that is nobody else's until then.
     */
    @Test
    void shouldEndThoughDiskDoesNotAnswer() throws Exception {
        Path image = directory.resolve("image");
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        String mount = "truncate -s 16m " + image + " && mkfs.ext4 -q -F " + image + " && mount -o loop " + image + ' '
                + mounted + " && exec \"$@\"";
        List<String> wrapper = List.of("unshare", "-m", "--propagation", "private", "sh", "-c", mount, "sh");
        try (Child child = new Child(wrapper, StuckDiskChild.class, mounted.toString())) {
            assertEquals(1000, Integer.parseInt(child.await("other")));
            assertEquals(ECANCELED, Integer.parseInt(child.await("write")));
            assertEquals(ECANCELED, Integer.parseInt(child.await("force")));
            assertEquals(ECANCELED, Integer.parseInt(child.await("late")));
            assertEquals("1 0", child.await("references"));
        }
    }
}
