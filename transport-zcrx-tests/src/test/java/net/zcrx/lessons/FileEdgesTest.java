// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.direct;
import static net.zcrx.lessons.TestFiles.failure;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.file.ZcrxFile;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions far away, buffers of nothing, and what an application may do wrong with a buffer or a file. */
@ExtendWith(Invariants.class)
class FileEdgesTest {
    private static final int EBADF = 9;
    private static final int EFBIG = 27;
    private static final int LENGTH = 10;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path directory;

    private ZcrxFile file;

    @BeforeEach
    void open() throws Exception {
        file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
    }

    @AfterEach
    void shouldHaveClosedIt() throws Exception {
        get(file.close());
        assertEquals(0, TestFiles.descriptorsBelow(directory));
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 31) - 5, (1L << 32) - 5, (1L << 40) + 5})
    void shouldWriteAndReadFarAway(long position) throws Exception {
        byte[] data = Loops.pattern(LENGTH);
        get(file.write(direct(data), position));
        assertEquals(position + LENGTH, get(file.size()));
        ByteBuf target = Unpooled.directBuffer(LENGTH, LENGTH);
        assertEquals(LENGTH, get(file.read(target, position)));
        assertEquals(Unpooled.wrappedBuffer(data), target);
        target.release();
    }

    /** Some file systems have files of that length, others say that they have not. */
    @Test
    void shouldWriteUpToLastPositionOrTellThatItCannot() throws Exception {
        long position = Long.MAX_VALUE - LENGTH;
        ByteBuf buffer = direct(new byte[LENGTH]);
        Future<Void> write = file.write(buffer, position);
        assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
        assertEquals(0, buffer.refCnt());
        if (write.isSuccess()) {
            assertEquals(Long.MAX_VALUE, get(file.size()));
        } else {
            assertEquals(position, failure(EFBIG, write).position());
            ByteBuf target = Unpooled.directBuffer(LENGTH, LENGTH);
            assertEquals(0, get(file.read(target, position)));
            target.release();
        }
        failure(IllegalArgumentException.class, file.write(direct(new byte[LENGTH]), position + 1));
    }

    /** Of several pieces, all of which were read before. */
    @Test
    void shouldWriteEmptyBufferOfSeveralPieces() throws Exception {
        ByteBuf pieces = Unpooled.wrappedBuffer(direct(new byte[LENGTH]), direct(new byte[LENGTH]));
        pieces.skipBytes(2 * LENGTH);
        get(file.write(pieces, 0));
        assertEquals(0, pieces.refCnt());
        assertEquals(0L, get(file.size()));
    }

    /** Its owner gave it away and releases it all the same; what lies beside it in the file is another's. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldFailReleasedBufferAlone(int released) throws Exception {
        byte[] data = new byte[LENGTH];
        Arrays.fill(data, (byte) 1);
        List<Future<Void>> writes = loops.loop(0)
                .submit(() -> {
                    ByteBuf[] buffers = {direct(data), direct(data), direct(data)};
                    List<Future<Void>> all = List.of(
                            file.write(buffers[0], 0),
                            file.write(buffers[1], LENGTH),
                            file.write(buffers[2], 2 * LENGTH));
                    buffers[released].release();
                    return all;
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        for (int i = 0; i < writes.size(); i++) {
            if (i == released) {
                failure(IllegalReferenceCountException.class, writes.get(i));
            } else {
                get(writes.get(i));
                byte[] stored = Files.readAllBytes(file.path());
                assertArrayEquals(data, Arrays.copyOfRange(stored, i * LENGTH, (i + 1) * LENGTH));
            }
        }
    }

    /** Others may see the same memory as what it is: not to be written to. */
    @Test
    void shouldNotReadIntoReadOnlyBuffer() throws Exception {
        get(file.write(direct(Loops.pattern(LENGTH)), 0));
        ByteBuf memory = Unpooled.directBuffer(LENGTH, LENGTH).writeZero(LENGTH);
        ByteBuf target = memory.asReadOnly().clear();
        failure(IllegalArgumentException.class, file.read(target, 0));
        assertEquals(Unpooled.wrappedBuffer(new byte[LENGTH]), memory);
        assertEquals(1, memory.refCnt());
        memory.release();
    }

    private static final class NoDirectMemory extends AbstractByteBufAllocator {
        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("As if there were none left.");
        }
    }

    @Test
    void shouldHoldNothingWhereThereIsNoMemory() throws Exception {
        ByteBuf buffer = new NoDirectMemory().heapBuffer(LENGTH);
        failure(OutOfMemoryError.class, file.read(buffer, 0));
        assertEquals(1, buffer.refCnt());
        failure(OutOfMemoryError.class, file.write(buffer.writeZero(LENGTH), 0));
        assertEquals(0, buffer.refCnt());
    }

    @Test
    void shouldRefuseAllAfterClose() throws Exception {
        Future<Void> closed = file.close();
        ByteBuf buffer = direct(new byte[LENGTH]);
        ByteBuf target = Unpooled.directBuffer(LENGTH);
        failure(EBADF, file.write(buffer, 0));
        failure(EBADF, file.read(target, 0));
        failure(EBADF, file.force(true));
        failure(EBADF, file.allocate(0, 1));
        failure(EBADF, file.size());
        get(file.close());
        assertTrue(closed.isSuccess());
        assertEquals(0, buffer.refCnt());
        assertEquals(1, target.refCnt());
        target.release();
    }

    /** Nobody can take back what the kernel has, or will have. */
    @Test
    void shouldNotCancel() throws Exception {
        ByteBuf buffer = direct(new byte[LENGTH]);
        boolean[] cancelled = new boolean[2];
        List<Future<Void>> futures = loops.loop(0)
                .submit(() -> {
                    Future<Void> write = file.write(buffer, 0);
                    Future<Void> force = file.force(false);
                    cancelled[0] = write.cancel(true);
                    cancelled[1] = force.cancel(true);
                    return List.of(write, force);
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        assertFalse(cancelled[0] || cancelled[1]);
        for (Future<Void> future : futures) {
            get(future);
        }
        assertEquals(0, buffer.refCnt());
        assertEquals((long) LENGTH, get(file.size()));
    }
}
