// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two connections that let each other read, on a loop that is slower than the NIC. */
@Tag("vm")
class TurnsTest {
    private static final long BYTES = 24 << 20;
    /** Of both connections together, the transport copies out at three quarters of that. */
    private static final int PAGES = 4096;
    /** The kernel holds that much of a connection that is not read, which comes at once when it is. */
    private static final int WINDOW = 512 * 1024;

    private static final long SLOW_NANOS = 1_000_000;

    private final List<Player> players = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void setUp() throws Exception {
        Nic.up();
    }

    /** Takes its time, and then lets the other one read. */
    private final class Player extends PatternReader {
        private Player() {
            players.add(this);
        }

        @Override
        void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
            bytes.release();
            LockSupport.parkNanos(SLOW_NANOS);
            pass(ctx.channel(), true);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            super.channelInactive(ctx);
            pass(ctx.channel(), false);
        }

        private void pass(Channel channel, boolean goesOn) {
            for (Player each : players) {
                if (each != this && each.context() != null && !each.isClosed()) {
                    channel.config().setAutoRead(!goesOn);
                    each.context().channel().config().setAutoRead(true);
                }
            }
        }
    }

    /**
     * A pass of the loop lasts as long as data comes. What is wanted meanwhile is delivered, and no more is asked for.
     */
    @Test
    void shouldNotGatherWhatComesInPass() throws Exception {
        ZcrxIoHandlerConfig config = Server.zeroCopy().areaBytes(Nic.pages(PAGES));
        try (Server<Player> server = Server.start(config, 1, Nic.PORT, WINDOW, Player::new);
                Command first = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES);
                Command second = Nic.send(Nic.ADDRESS, Nic.PORT, BYTES)) {
            first.endsWell();
            second.endsWell();
            for (Player each : server.readers(2)) {
                each.endsAfter(BYTES);
            }
            ZcrxMetrics metrics = server.settled();
            assertEquals(0, metrics.copyOuts(), metrics::toString);
            assertEquals(2 * BYTES, metrics.zeroCopyBytes(), metrics::toString);
        }
    }
}
