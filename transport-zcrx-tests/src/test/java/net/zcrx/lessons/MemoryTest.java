// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What received memory takes of the system. */
class MemoryTest {
    private static final int MIB = 1 << 20;
    private static final int BURST = 40 * MIB;
    /** What the kernel has, and what is kept: a huge page each, at most. */
    private static final int FEW = 16 * MIB;

    @RegisterExtension
    final Loops loops = new Loops(1, new ZcrxIoHandlerConfig().areaBytes(64 * MIB));

    /** Holds what comes. */
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private final List<ByteBuf> held = new ArrayList<>();
        private volatile long bytes;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            held.add((ByteBuf) message);
            bytes += ((ByteBuf) message).readableBytes();
        }

        void receive(Loops loops, Loops.Pair pair, byte[] data) throws Exception {
            bytes = 0;
            pair.sendAll(data);
            loops.await("all is received", () -> bytes == data.length);
        }
    }

    @Test
    void shouldGiveIdleMemoryBackAndLoseNothing() throws Exception {
        byte[] data = Loops.pattern(BURST);
        Holder holder = new Holder();
        try (Loops.Pair pair = loops.connect(holder)) {
            assertTrue(loops.metrics().residentBytes() <= FEW);
            holder.receive(loops, pair, data);
            long address = holder.held.get(0).memoryAddress();
            assertTrue(residentBytes(address) > BURST / 2);
            assertTrue(loops.metrics().residentBytes() >= BURST);
            assertEquals(64 * MIB, loops.metrics().areaBytes());

            // One that lies amid what is given back is held on to, its chunk maybe filled in part only.
            int middle = holder.held.size() / 2;
            ByteBuf kept = holder.held.remove(middle);
            int keptFrom = holder.held.subList(0, middle).stream()
                    .mapToInt(ByteBuf::readableBytes)
                    .sum();
            holder.held.forEach(ByteBuf::release);
            holder.held.clear();
            // Nothing wakes the loop from here on but itself.
            awaitFewResidentBytes(address);
            assertTrue(loops.metrics().residentBytes() <= FEW);
            assertArrayEquals(
                    Arrays.copyOfRange(data, keptFrom, keptFrom + kept.readableBytes()), ByteBufUtil.getBytes(kept));
            kept.release();

            holder.receive(loops, pair, data);
            ByteBuf all = Unpooled.wrappedBuffer(holder.held.toArray(new ByteBuf[0]));
            assertArrayEquals(data, ByteBufUtil.getBytes(all));
            all.release();
        }
    }

    @Test
    void shouldNotWakeIdleLoopWhereNothingIsToBeGivenBack() throws Exception {
        Holder holder = new Holder();
        try (Loops.Pair pair = loops.connect(holder)) {
            holder.receive(loops, pair, Loops.pattern(MIB));
            holder.held.forEach(ByteBuf::release);
            // Its thread ends when nothing is to be done at any time.
            assertTrue(GlobalEventExecutor.INSTANCE.awaitInactivity(Loops.SECONDS, TimeUnit.SECONDS));
        }
    }

    /** Runs a command in a cgroup of its own that may take 256 MiB. */
    private static final String SMALL_CONTAINER = """
            if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
                group=/sys/fs/cgroup/memory/zcrx-test-$$ limit=memory.limit_in_bytes
            else
                group=/sys/fs/cgroup/zcrx-test-$$ limit=memory.max
            fi
            mkdir $group && echo 268435456 > $group/$limit || exit 1
            sh -c 'echo $$ > $0/cgroup.procs && exec "$@"' $group "$@"
            status=$?
            rmdir $group
            exit $status
            """;

    /** With epoll it ends so: the application hears that there is no direct memory, and the process lives. */
    @Test
    void shouldNotBeKilledInSmallContainerThatHoldsMoreThanItMay() throws Exception {
        try (Child child = new Child(List.of("sh", "-c", SMALL_CONTAINER, "sh"), SmallContainerChild.class)) {
            long areas = Long.parseLong(child.await("areas"));
            assertTrue(areas <= 32 * MIB, () -> areas + " bytes of areas");
            long held = Long.parseLong(child.await("held"));
            assertTrue(held > 64 * MIB, () -> held + " bytes were held");
            String errors = child.await("errors");
            assertTrue(errors.contains("direct"), errors);
        }
    }

    private static void awaitFewResidentBytes(long address) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2 * Loops.SECONDS);
        while (residentBytes(address) > FEW) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "Idle memory is not given back.");
            Thread.sleep(100);
        }
    }

    /** Of {@link #BURST} bytes from {@code address} on: the mapping may be one with that of its neighbours. */
    private static long residentBytes(long address) throws IOException {
        int page = Native.pageSize();
        ByteBuffer entries = ByteBuffer.allocate(BURST / page * Long.BYTES).order(ByteOrder.nativeOrder());
        try (FileChannel pagemap = FileChannel.open(Path.of("/proc/self/pagemap"))) {
            pagemap.read(entries, address / page * Long.BYTES);
        }
        long resident = 0;
        for (entries.flip(); entries.hasRemaining(); ) {
            // Bit 63 says that the page is present.
            resident += entries.getLong() < 0 ? page : 0;
        }
        return resident;
    }
}
