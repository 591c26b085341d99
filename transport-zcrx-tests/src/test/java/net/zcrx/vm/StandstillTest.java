// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandlerConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/**
 * The wire loses packets of every connection, so that data which came out of order waits in the area's pages. It must
 * not take all of them: lost data would find none, however often it is sent again.
 */
@Tag("vm")
class StandstillTest {
    /** The ring of the NIC, the buffers that its page pool keeps ready, and one: less is refused. */
    private static final long SMALLEST_AREA = Nic.pages(256 + 128 + 1);

    private static String windows;

    /** Windows that do not bound what a socket may hold. */
    @BeforeAll
    static void setUp() throws Exception {
        windows = Command.run("sysctl", "-n", "net.ipv4.tcp_rmem").trim();
        Command.run("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 4194304 8388608");
    }

    @AfterAll
    static void tearDown() throws Exception {
        Command.run("sysctl", "-qw", "net.ipv4.tcp_rmem=" + windows);
    }

    @BeforeEach
    void up() throws Exception {
        Nic.up();
    }

    @AfterEach
    void repair() throws Exception {
        Nic.repair();
    }

    /** Reads a piece, and the next one after a while. */
    private static final class SlowReader extends PatternReader {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(false);
            ctx.read();
        }

        @Override
        void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
            bytes.release();
            ctx.executor().schedule(ctx::read, 2, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void shouldServeAllOnTheSmallestArea() throws Exception {
        int ended = serve(64, 256 * 1024, "drop_every=25", "reorder_every=13");
        assertTrue(ended <= 4, ended + " connections were ended");
    }

    /** With so many connections and such loss the least windows together are more than the area. */
    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldEndOneForTheOthersToGoOn() throws Exception {
        int ended = serve(160, 64 * 1024, "drop_every=3", "reorder_every=2");
        assertTrue(ended <= 80, ended + " connections were ended");
    }

    /** Serves them all; each gets its bytes, or is ended with a sentence, of which the number is returned. */
    private static int serve(int connections, long bytes, String... faults) throws Exception {
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(SMALLEST_AREA);
        List<Command> senders = new ArrayList<>();
        int ended = 0;
        try (Server<SlowReader> server = Server.start(config, Nic.PORT, SlowReader::new)) {
            Nic.fault(faults);
            for (int i = 0; i < connections; i++) {
                senders.add(Nic.send(Nic.ADDRESS, Nic.PORT, bytes));
            }
            for (SlowReader reader : server.readers(connections)) {
                Waiting.await(
                        () -> reader.received + " of " + bytes + " bytes came, failure " + reader.failure() + "; "
                                + server.metrics(),
                        reader::isClosed);
                assertNull(reader.wrong());
                if (reader.failure() == null) {
                    assertEquals(bytes, reader.received.get());
                } else {
                    assertInstanceOf(IOException.class, reader.failure());
                    assertTrue(
                            reader.failure().getMessage().contains("areaBytes"),
                            () -> reader.failure().toString());
                    ended++;
                }
            }
            System.out.println(ended + " of " + connections + " ended; " + server.metrics());
            server.settled();
        } finally {
            for (Command sender : senders) {
                sender.close();
            }
        }
        return ended;
    }
}
