// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.memory.Area;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The loop ends of a connection that has handed something over: the other side reads on, and it comes back after that.
 */
class LoopEndTest {
    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    private final byte[] data = SharedChannelTest.random(60_000);
    private final Kept received = new Kept();

    /** Hands what a TCP connection receives over to all of them, and waits until that has come. */
    private void handOver(Channel... backends) throws Exception {
        handOver(loops, backends);
    }

    private void handOver(SharedLoops receiving, Channel... backends) throws Exception {
        Channel server = new ServerBootstrap()
                .group(receiving.group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        for (Channel each : backends) {
                            each.writeAndFlush(((ByteBuf) message).retain());
                        }
                        ((ByteBuf) message).release();
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == backends.length * data.length);
        }
    }

    @Test
    void shouldKeepWhatIsHeldWhenLoopsEnd() throws Exception {
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        handOver(backend);
        loops.shutDown();
        assertArrayEquals(data, received.takeAll());
    }

    /** As whoever ends all threads of a group does. */
    @Test
    void shouldTakeBackWhenWaitingThreadWasInterrupted() throws Exception {
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        handOver(backend);
        loops.shutDown();
        Thread waiting = Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("zcrx-shared-leases"))
                .findFirst()
                .orElseThrow();
        waiting.interrupt();
        while (waiting.isInterrupted()) {
            Thread.onSpinWait();
        }
        assertArrayEquals(data, received.takeAll());
    }

    /** Another connection of the two processes goes on, and keeps the lease that both have. */
    @Test
    void shouldTakeBackWhatIsReturnedAfterLoopHasEnded() throws Exception {
        SharedLoops others = new SharedLoops(1);
        Channel server = loops.server(received.new Keeper()).bind().sync().channel();
        Channel stays = loops.client(new ChannelInboundHandlerAdapter())
                .connect(server.localAddress())
                .sync()
                .channel();
        Channel ends = others.client(new ChannelInboundHandlerAdapter())
                .connect(server.localAddress())
                .sync()
                .channel();
        handOver(stays, ends);
        others.shutDown();
        assertTrue(loops.heldBuffers() > 0, "They are read still.");
        assertEquals(2 * data.length, received.takeAll().length);
        loops.await("every page is back", () -> loops.heldBuffers() == 0);
        assertTrue(stays.isActive());
    }

    /** The other side would keep the memory of each loop that there was. */
    @Test
    void shouldBeForgottenWhenAreaHasEnded() throws Exception {
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        loops.letRun();
        long mapped = Area.mappedBytes();
        SharedLoops others = new SharedLoops(1);
        handOver(others, backend);
        assertTrue(Area.mappedBytes() >= mapped + (16 << 20), "It is mapped here and there.");
        assertArrayEquals(data, received.takeAll());
        others.shutDown();
        backend.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).sync();
        loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
        assertEquals(1, received.takeAll().length);
    }
}
