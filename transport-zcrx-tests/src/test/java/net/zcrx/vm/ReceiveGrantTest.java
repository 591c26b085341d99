// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By zero copy, too, a connection with a grant brings no more than that in a pass of its loop, and all of it. */
@Tag("vm")
class ReceiveGrantTest {
    private static final int GRANT = 16 * 1024;
    private static final int CONNECTIONS = 3;

    @BeforeAll
    static void setUp() throws Exception {
        Nic.up();
    }

    /** Counts what comes in a pass: a loop runs its tasks between two of them. */
    private static final class PassReader extends PatternReader {
        private int inPass;
        private volatile int mostInPass;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            super.handlerAdded(ctx);
            ctx.channel().config().setOption(ZcrxChannelOption.RECEIVE_GRANT, GRANT);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (inPass == 0) {
                ctx.channel().eventLoop().execute(() -> inPass = 0);
            }
            inPass += ((ByteBuf) message).readableBytes();
            mostInPass = Math.max(mostInPass, inPass);
            super.channelRead(ctx, message);
        }
    }

    /** The end may come where a grant ends, too. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void shouldReceiveNoMoreThanGrantInPass(int beyondGrants) throws Exception {
        long bytes = 128 * GRANT + beyondGrants;
        ZcrxMetrics metrics = transfer(Server.zeroCopy(), Nic.ADDRESS, bytes);
        assertEquals(CONNECTIONS * bytes, metrics.zeroCopyBytes(), metrics::toString);
        assertEquals(0, metrics.copiedBytes(), metrics::toString);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldReceiveNoMoreThanGrantInPassWithoutDevice(int beyondGrants) throws Exception {
        long bytes = 128 * GRANT + beyondGrants;
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().mode(ZcrxMode.KERNEL_COPY);
        assertEquals(CONNECTIONS * bytes, transfer(config, null, bytes).copiedBytes());
    }

    /** @param address of the server's side for the other end of the wire; {@code null} for loopback */
    private static ZcrxMetrics transfer(ZcrxIoHandlerConfig config, String address, long bytes) throws Exception {
        List<Command> senders = new ArrayList<>();
        try (Server<PassReader> server = Server.start(config, Nic.PORT, PassReader::new)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                senders.add(address == null ? Nic.sendLocally(Nic.PORT, bytes) : Nic.send(address, Nic.PORT, bytes));
            }
            for (PassReader reader : server.readers(CONNECTIONS)) {
                reader.endsAfter(bytes);
                assertTrue(reader.mostInPass <= GRANT, () -> reader.mostInPass + " bytes came in a pass");
            }
            for (Command sender : senders) {
                sender.endsWell();
            }
            return server.settled();
        } finally {
            for (Command sender : senders) {
                sender.close();
            }
        }
    }
}
