// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AreaTest {
    private static final int PAGE = Native.pageSize();

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Area.MAX_LENGTH + 1, Long.MAX_VALUE})
    void shouldRefuseASizeOutOfRange(long bytes) {
        String sentence = assertThrows(IllegalArgumentException.class, () -> Area.allocate(bytes))
                .getMessage();
        assertEquals("An area has 1 to 1073741824 bytes, but " + bytes + " were asked for.", sentence);
    }

    @Test
    void shouldRoundUpToWholePages() {
        assertLength(1, PAGE);
        assertLength(PAGE, PAGE);
        assertLength(PAGE + 1, 2 * PAGE);
        assertLength((2 << 20) + 1, (2 << 20) + PAGE);
        assertLength(Area.MAX_LENGTH, 1 << 30);
    }

    private static void assertLength(long asked, int length) {
        Area area = Area.allocate(asked);
        assertEquals(length, area.length());
        assertEquals(length, area.memory().capacity());
        assertEquals(0, area.address() % PAGE);
        area.release();
    }

    @Test
    void shouldBeZeroedAndWritableFromEndToEnd() {
        Area area = Area.allocate(64 * PAGE);
        for (int i = 0; i < area.length(); i++) {
            assertEquals(0, area.memory().get(i));
            area.memory().put(i, (byte) i);
        }
        for (int i = 0; i < area.length(); i++) {
            assertEquals((byte) i, area.memory().get(i));
        }
        area.release();
    }

    @Test
    void shouldCopyOutToTheEndOfAnyBuffer() {
        Area area = Area.allocate(PAGE);
        area.memory().putLong(PAGE - 8, 0x0102030405060708L);
        for (ByteBuf target : List.of(Unpooled.buffer(16), Unpooled.directBuffer(16))) {
            target.writeByte(9);
            assertSame(target, area.copy(PAGE - 8, 8, target));
            assertEquals("090102030405060708", ByteBufUtil.hexDump(target));
            assertThrows(IndexOutOfBoundsException.class, () -> area.copy(PAGE - 7, 8, target));
            target.release();
        }
        area.release();
    }

    /** As in a cgroup that allows no huge pages: they can be mapped, and the first touch fails. */
    @Test
    void shouldNotUseHugePagesThatCannotBeTouched() {
        int[] asked = new int[1];
        long result = Area.mapFaultedIn(1 << 20, 0, (address, length, advice) -> {
            asked[0]++;
            assertEquals(1 << 20, length);
            assertEquals(Native.MADV_POPULATE_WRITE, advice);
            return -14;
        });
        assertEquals(-14, result);
        assertEquals(1, asked[0]);
    }

    @Test
    void shouldUseHugePagesWhereThereAreSome() throws IOException {
        long size = meminfo("Hugepagesize:") * 1024;
        boolean some = size > 0 && size <= Area.MAX_LENGTH && meminfo("HugePages_Free:") > meminfo("HugePages_Rsvd:");
        Area area = Area.allocate(some ? size : 2 << 20);
        assertEquals(some, area.isHuge());
        if (some) {
            assertEquals(0, area.address() % size);
        }
        area.memory().putLong(area.length() - 8, 42);
        assertEquals(42, area.memory().getLong(area.length() - 8));
        area.release();
        assertFalse(isInMemoryMap(area));
    }

    private static long meminfo(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    @Test
    void shouldUnmapWithTheLastReferenceOnly() throws IOException {
        Area area = Area.allocate(64 << 20);
        area.retain();
        area.release();
        assertTrue(area.isMapped());
        assertTrue(isInMemoryMap(area));
        area.release();
        assertFalse(area.isMapped());
        assertFalse(isInMemoryMap(area));
    }

    private static boolean isInMemoryMap(Area area) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            String[] range = line.substring(0, line.indexOf(' ')).split("-");
            if (Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), area.address()) <= 0
                    && Long.compareUnsigned(Long.parseUnsignedLong(range[1], 16), area.address()) > 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldSayWhatIsWrongWithAReferenceTooFew() {
        Area area = Area.allocate(PAGE);
        area.release();
        String sentence = "The last reference to " + area + " was released before, and its memory is unmapped:"
                + " retain() before the release, and release once for each retain().";
        assertEquals(
                sentence,
                assertThrows(IllegalStateException.class, area::release).getMessage());
        assertEquals(
                sentence,
                assertThrows(IllegalStateException.class, area::retain).getMessage());
    }

    @Test
    void shouldUnmapOnceWhenManyThreadsRelease() throws InterruptedException {
        int references = 40_000;
        Area area = Area.allocate(PAGE);
        for (int i = 1; i < references; i++) {
            area.retain();
        }
        AtomicInteger left = new AtomicInteger(references);
        Runnable releaseAll = () -> {
            while (left.getAndDecrement() > 0) {
                assertTrue(area.isMapped());
                area.retain();
                area.release();
                area.release();
            }
        };
        TestThreads.runAll(4, releaseAll);
        assertFalse(area.isMapped());
        assertThrows(IllegalStateException.class, area::release);
    }

    @Test
    void shouldSayWhatToDoWhenTheAddressSpaceIsUsedUp() throws Exception {
        Path output = Files.createTempFile("area", ".txt");
        try {
            // 4 GiB hold a small JVM and at most three areas of 1 GiB.
            Process child = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -v 4194304; exec \"$0\" \"$@\"",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-XX:+UseSerialGC",
                            "-XX:ReservedCodeCacheSize=16m",
                            "-XX:CompressedClassSpaceSize=16m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AllocateUntilRefused.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = child.waitFor(60, TimeUnit.SECONDS);
            child.destroyForcibly();
            List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
            assertTrue(ended, () -> "The child did not end: " + lines);
            assertTrue(
                    lines.contains(
                            "The kernel refused to map an area of 1073741824 bytes (errno 12, ENOMEM): the process"
                                    + " has reached its limit of address space (ulimit -v) or the system is out of"
                                    + " memory;"
                                    + " raise the limit or configure a smaller area."),
                    lines::toString);
        } finally {
            Files.delete(output);
        }
    }

    static final class AllocateUntilRefused {
        private AllocateUntilRefused() {}

        public static void main(String[] args) {
            try {
                for (int i = 0; i < 4; i++) {
                    Area.allocate(Area.MAX_LENGTH);
                }
            } catch (UncheckedIOException e) {
                System.out.println(e.getCause().getMessage());
            }
        }
    }
}
