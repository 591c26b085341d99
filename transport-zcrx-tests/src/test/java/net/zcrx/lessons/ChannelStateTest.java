package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a channel tells of itself, open and closed. */
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
