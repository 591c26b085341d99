// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;

/** However a loop ends, its queue can be bound again at once, and every page comes back: twenty ends on one NIC. */
@Tag("vm")
class TeardownTest {
    private static final long MIB = 1 << 20;
    /** More than is sent before the end. */
    private static final long ENDLESS = 4000 * MIB;
    /** What fits into the area, and is compared twice. */
    private static final long HELD = 32 * MIB;

    @BeforeAll
    static void setUp() throws Exception {
        Nic.up();
    }

    @AfterAll
    static void nothingIsLost() throws Exception {
        Nic.leaksNothing();
    }

    @RepeatedTest(8)
    void shouldCloseInMidTransfer() throws Exception {
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, ENDLESS)) {
            PatternReader reader = server.reader();
            Waiting.await("data flows", () -> reader.received.get() > MIB);
            assertTrue(sender.isRunning());
            server.shutDown();
            assertNull(reader.wrong());
        }
    }

    /** The bytes stay readable, and right, until the last of them is released. */
    @RepeatedTest(6)
    void shouldKeepBuffersThatOutliveTheLoop() throws Exception {
        try (Server<Holder> server = Server.start(Server.zeroCopy(), Nic.PORT, Holder::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, HELD)) {
            Holder holder = server.reader();
            Waiting.await("data flows", () -> holder.received.get() > MIB);
            assertTrue(sender.isRunning());
            server.shutDown();
            long position = 0;
            for (ByteBuf bytes : holder.held) {
                assertEquals(-1, PatternReader.firstWrong(bytes, position, 1));
                position += bytes.readableBytes();
            }
            assertEquals(holder.received.get(), position);
            holder.letGo();
        }
    }

    /** A peer that resets, and data that nobody has read. */
    @RepeatedTest(4)
    void shouldCloseWithDataNotRead() throws Exception {
        try (Server<Holder> server = Server.start(Server.zeroCopy(), Nic.PORT, Holder::new)) {
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, ENDLESS)) {
                Holder holder = server.reader();
                long before = Nic.counter("iov_bytes");
                holder.context().channel().config().setAutoRead(false);
                // More than a read's grant: the rest stays in the socket, in our pages.
                Waiting.await(
                        "something waits in the socket",
                        () -> Waiting.value(() -> Nic.counter("iov_bytes")) > before + 256 * 1024);
                sender.kill();
            }
            server.shutDown();
            server.reader().letGo();
        }
    }

    @RepeatedTest(2)
    void shouldSurviveKilledProcess() throws Exception {
        try (Command owner = Child.start(List.of(), ZcrxMode.ZERO_COPY, Nic.PORT, Nic.pages(2048))) {
            owner.says("listening");
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, ENDLESS)) {
                long before = Nic.counter("iov_bytes");
                Waiting.await("data flows", () -> Waiting.value(() -> Nic.counter("iov_bytes")) > before + MIB);
                assertTrue(sender.isRunning());
                owner.kill();
            }
        }
        try (Server<PatternReader> server = Server.start(Server.zeroCopy(), Nic.PORT, PatternReader::new);
                Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, MIB)) {
            sender.endsWell();
            server.reader().endsAfter(MIB);
            assertEquals(MIB, server.settled().zeroCopyBytes());
        }
    }

    /**
     * A kernel thread reads what wakes a loop up, from the loop's end on: were the memory for that freed too early, the
     * C library would find its heap corrupt and end this process.
     */
    @RepeatedTest(10)
    void shouldEndManyLoopsAfterAQuietPeriod() throws Exception {
        ZcrxIoHandlerConfig config =
                new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(MIB);
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(16, config);
        for (EventExecutor loop : group) {
            loop.submit(() -> {}).sync();
        }
        assertTrue(group.shutdownGracefully(300, 5000, TimeUnit.MILLISECONDS)
                .await(Waiting.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}
