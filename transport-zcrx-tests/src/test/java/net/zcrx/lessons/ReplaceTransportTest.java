// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A bootstrap that a framework has set up for another transport, and handed to a hook. */
@ExtendWith(Invariants.class)
class ReplaceTransportTest {
    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final EventLoopGroup theirs = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Recorder recorder = new Recorder();

    @AfterEach
    void shutDown() {
        theirs.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Bootstrap theirs(Class<? extends Channel> type) {
        return new Bootstrap().group(theirs).channel(type).handler(recorder);
    }

    @Test
    void shouldCarryConnectionWithItsOptions() throws Exception {
        Channel server = loops.server(new EchoHandler()).bind().sync().channel();
        Bootstrap bootstrap = theirs(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, false)
                .remoteAddress(server.localAddress());
        Zcrx.replaceTransport(bootstrap, loops.group);
        Channel client = bootstrap.connect().sync().channel();
        assertInstanceOf(ZcrxSocketChannel.class, client);
        assertSame(loops.group, bootstrap.config().group());
        assertSame(loops.loop(0), client.eventLoop());
        assertEquals(false, client.config().getOption(ChannelOption.TCP_NODELAY));
        assertEchoes(client);
        assertTrue(loops.metrics().copiedBytes() > 0);
    }

    @Test
    void shouldSetUpWhatIsNotYet() throws Exception {
        Channel server = loops.server(new EchoHandler()).bind().sync().channel();
        Bootstrap bootstrap = new Bootstrap().handler(recorder);
        Zcrx.replaceTransport(bootstrap, loops.group);
        Channel client = bootstrap.connect(server.localAddress()).sync().channel();
        assertInstanceOf(ZcrxSocketChannel.class, client);
        assertEchoes(client);
    }

    @Test
    void shouldCarryDomainSocket(@TempDir Path directory) throws Exception {
        DomainSocketAddress address =
                new DomainSocketAddress(directory.resolve("socket").toString());
        new ServerBootstrap()
                .group(loops.group)
                .channel(IoUringServerDomainSocketChannel.class)
                .childHandler(new EchoHandler())
                .bind(address)
                .sync();
        Bootstrap bootstrap = theirs(EpollDomainSocketChannel.class);
        Zcrx.replaceTransport(bootstrap, loops.group);
        Channel client = bootstrap.connect(address).sync().channel();
        assertInstanceOf(IoUringDomainSocketChannel.class, client);
        assertEchoes(client);
    }

    private void assertEchoes(Channel client) throws InterruptedException {
        byte[] sent = new byte[100_000];
        new Random(1).nextBytes(sent);
        client.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
        assertArrayEquals(sent, recorder.awaitBytes(sent.length));
    }

    @Test
    void shouldLeaveBootstrapOfOtherChannelsAlone() {
        assertRefused(theirs(NioDatagramChannel.class), loops.group, NioDatagramChannel.class.getName());
    }

    @Test
    void shouldLeaveBootstrapAloneIfGroupIsOfAnotherTransport() {
        assertRefused(theirs(NioSocketChannel.class), theirs, "ZcrxIoHandler.newFactory()");
    }

    private void assertRefused(Bootstrap bootstrap, EventLoopGroup group, String word) {
        Object factory = bootstrap.config().channelFactory();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Zcrx.replaceTransport(bootstrap, group));
        assertTrue(e.getMessage().contains(word), e::getMessage);
        assertSame(theirs, bootstrap.config().group());
        assertSame(factory, bootstrap.config().channelFactory());
    }
}
