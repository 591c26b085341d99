// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel tells of itself, open and closed. */
@ExtendWith(Invariants.class)
class ChannelStateTest {
    @RegisterExtension
    private final Loops loops = new Loops(1);

    @Test
    void shouldNameBothEnds() throws Exception {
        ZcrxSocketChannel channel;
        String open;
        try (Loops.Pair pair = loops.connect(new Recorder())) {
            channel = pair.channel();
            open = channel.toString();
            assertTrue(open.contains("id: 0x" + channel.id().asShortText()), open);
            assertTrue(open.contains("L:" + pair.peer().getRemoteSocketAddress()), open);
            assertTrue(open.contains(" - R:"), open);
            assertTrue(open.endsWith("/127.0.0.1:" + pair.peer().getLocalPort() + ']'), open);
            assertTrue(channel.isOpen() && channel.isActive() && channel.isRegistered() && channel.isWritable());
            assertFalse(channel.metadata().hasDisconnect());
        }
        loops.letRun();
        assertFalse(channel.isOpen() || channel.isActive() || channel.isRegistered() || channel.isWritable());
        assertEquals(open.replace(" - ", " ! "), channel.toString());
    }

    /** The transport asks the kernel for it only if somebody asks the channel, and before it closes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNameItsOwnEndFirstWhenClosed(boolean reset) throws Exception {
        ZcrxSocketChannel channel;
        SocketAddress expected;
        try (Loops.Pair pair = loops.connect(new Recorder())) {
            channel = pair.channel();
            expected = pair.peer().getRemoteSocketAddress();
            if (reset) {
                pair.peer().setSoLinger(true, 0);
            }
            pair.peer().close();
            assertTrue(channel.closeFuture().await(30, TimeUnit.SECONDS));
        }
        assertEquals(expected, channel.localAddress());
    }

    @Test
    void shouldHaveIdOfItsOwn() {
        Channel[] channels = {new ZcrxSocketChannel(), new ZcrxSocketChannel(), new ZcrxServerSocketChannel()};
        assertNotEquals(channels[0].id(), channels[1].id());
        assertNotEquals(channels[1].id(), channels[2].id());
        for (Channel channel : channels) {
            assertFalse(channel.isActive());
            channel.unsafe().closeForcibly();
        }
    }

    /** As a framework may do that does not know the transport: an error, and nothing listens. */
    @Test
    void shouldRefuseGroupsOfOtherTransports() throws Exception {
        for (IoHandlerFactory other : List.of(NioIoHandler.newFactory(), IoUringIoHandler.newFactory())) {
            MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, other);
            try {
                ChannelFuture bind = new ServerBootstrap()
                        .group(group, loops.group)
                        .channel(ZcrxServerSocketChannel.class)
                        .childHandler(new Recorder())
                        .bind(0)
                        .await();
                ChannelFuture connect = new Bootstrap()
                        .group(group)
                        .channel(ZcrxSocketChannel.class)
                        .handler(new Recorder())
                        .connect("127.0.0.1", 1)
                        .await();
                for (ChannelFuture refused : List.of(bind, connect)) {
                    assertInstanceOf(IllegalStateException.class, refused.cause());
                    assertTrue(
                            refused.cause().getMessage().contains("event loop"), () -> String.valueOf(refused.cause()));
                    assertFalse(refused.channel().isOpen());
                }
            } finally {
                group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).sync();
            }
        }
    }

    @Test
    void shouldTellTcpInfoWhileOpen() throws Exception {
        ZcrxSocketChannel channel;
        try (Loops.Pair pair = loops.connect(new Recorder())) {
            channel = pair.channel();
            assertTrue(channel.tcpInfo().toString().length() > 0);
        }
        ChannelException cause = assertThrows(ChannelException.class, channel::tcpInfo);
        assertTrue(cause.getMessage().contains(channel.toString()), cause::toString);
    }

    @Test
    void shouldRefuseKernelOptionsWhenClosed() throws Exception {
        ZcrxSocketChannel channel;
        try (Loops.Pair pair = loops.connect(new Recorder())) {
            channel = pair.channel();
        }
        assertThrows(ChannelException.class, () -> channel.config().setOption(ChannelOption.TCP_NODELAY, true));
        assertThrows(ChannelException.class, () -> channel.config().getOption(ChannelOption.SO_SNDBUF));
        assertTrue(channel.config().setOption(ChannelOption.AUTO_READ, false));
        assertFalse(channel.config().isAutoRead());
    }
}
