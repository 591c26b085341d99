// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import net.zcrx.ZcrxIoHandlerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's Flight Recorder hears. */
class FlightRecorderTest {
    private static final int MIB = 1 << 20;

    @TempDir
    private Path files;

    private final Recording recording = new Recording();
    private Loops loops;

    @AfterEach
    void end() throws Exception {
        recording.close();
        loops.end();
    }

    private static final class Holder extends ChannelInboundHandlerAdapter {
        final Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();
        final AtomicLong bytes = new AtomicLong();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            held.add((ByteBuf) message);
            bytes.addAndGet(((ByteBuf) message).readableBytes());
        }

        void releaseAll() {
            for (ByteBuf buffer; (buffer = held.poll()) != null; ) {
                buffer.release();
            }
        }
    }

    private List<RecordedEvent> events(String name) throws Exception {
        Path file = files.resolve("recording.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    @Test
    void shouldHearOfEachLoopThatStarts() throws Exception {
        recording.enable("net.zcrx.LoopStart");
        recording.start();
        loops = new Loops(2);
        loops.letRun();
        Set<Integer> numbers = new HashSet<>();
        List<String> threads = new ArrayList<>();
        for (RecordedEvent event : events("net.zcrx.LoopStart")) {
            assertEquals("COPY", event.getString("mode"));
            assertEquals("", event.getString("reason"));
            numbers.add(event.getInt("loop"));
            threads.add(event.getThread().getJavaName());
        }
        assertEquals(Set.of(0, 1), numbers);
        assertEquals(2, new HashSet<>(threads).size(), () -> "Of the loops' own threads: " + threads);
    }

    @Test
    void shouldHearOfCopyingOut() throws Exception {
        recording.enable("net.zcrx.CopyingOut");
        recording.start();
        loops = new Loops(1, new ZcrxIoHandlerConfig().areaBytes(MIB).chunkBytes(4096));
        Holder holder = new Holder();
        try (Loops.Pair pair = loops.connect(holder)) {
            // It ends as data comes while the application holds little; the second time with the loop.
            for (int round = 1; round <= 2; round++) {
                long bytes = 4L * MIB * round;
                CompletableFuture<Void> sent = pair.sendAll(new byte[4 * MIB]);
                loops.await("all is received", () -> holder.bytes.get() == bytes);
                sent.get(Loops.SECONDS, TimeUnit.SECONDS);
                holder.releaseAll();
                loops.awaitAllReturned();
            }
        }
        assertEquals(2, loops.metrics().copyOuts());
        long copiedOut = loops.metrics().copiedOutBytes();
        loops.shutDown();
        List<RecordedEvent> events = events("net.zcrx.CopyingOut");
        assertEquals(2, events.size());
        for (RecordedEvent event : events) {
            assertTrue(event.getInt("heldAtBegin") > event.getInt("heldAtEnd"), event::toString);
            assertTrue(event.getDuration().toNanos() > 0, event::toString);
        }
        assertEquals(
                copiedOut,
                events.stream().mapToLong(event -> event.getLong("copiedOut")).sum());
    }
}
