// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannelConfig;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What can be called of epoll: each kind of channel, typed configs, TCP_INFO, descriptors, type tests of loops. */
public final class EpollProgram {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final Path directory;

    private EpollProgram() throws Exception {
        directory = Files.createTempDirectory("epoll");
    }

    public static void main(String[] arguments) throws Exception {
        EpollProgram program = new EpollProgram();
        try {
            program.useLoops();
            program.useTcp();
            program.useDatagrams();
            program.useDomainSockets();
            program.useDomainDatagrams();
        } finally {
            program.group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
        System.out.println(Bytes.SAME);
    }

    private static void check(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new IllegalStateException(what + " is " + actual + " and not " + expected);
        }
    }

    private void checkReceived(String text) throws Exception {
        check(text, String.valueOf(received.poll(60, TimeUnit.SECONDS)), "what was received");
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private final class Receiver extends SimpleChannelInboundHandler<Object> {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {
            ByteBuf bytes;
            if (message instanceof DatagramPacket packet) {
                bytes = packet.content();
            } else if (message instanceof DomainDatagramPacket packet) {
                bytes = packet.content();
            } else {
                bytes = (ByteBuf) message;
            }
            received.add(bytes.toString(StandardCharsets.US_ASCII));
        }
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.pipeline().addLast(new Receiver());
            accepted.add(context.channel());
        }
    }

    private void useLoops() {
        check(true, ((IoEventLoopGroup) group).isIoType(EpollIoHandler.class), "isIoType(EpollIoHandler)");
        check(true, ((IoEventLoopGroup) group).isCompatible(EpollIoHandle.class), "isCompatible(EpollIoHandle)");
    }

    private void useTcp() throws Exception {
        EpollServerSocketChannel server = listen();
        EpollSocketChannel client = (EpollSocketChannel) new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .handler(new Receiver())
                .connect(server.localAddress())
                .sync()
                .channel();
        EpollSocketChannel other = (EpollSocketChannel) accepted.poll(60, TimeUnit.SECONDS);
        check(55, other.config().getTcpKeepIdle(), "TCP_KEEPIDLE of the accepted connection");
        check(server, other.parent(), "the listening channel");
        checkConfig(client);
        checkInfo(client);
        client.writeAndFlush(buffer("tcp")).sync();
        checkReceived("tcp");
        other.writeAndFlush(buffer("back")).sync();
        checkReceived("back");
        useDescriptor(server);
        client.close().sync();
        server.close().sync();
    }

    @SuppressWarnings("deprecation") // EPOLL_MODE does nothing, but is still set by some.
    private EpollServerSocketChannel listen() throws Exception {
        EpollServerSocketChannel server = (EpollServerSocketChannel) new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(EpollChannelOption.SO_REUSEPORT, true)
                .childOption(EpollChannelOption.TCP_KEEPIDLE, 55)
                .childOption(EpollChannelOption.EPOLL_MODE, EpollMode.EDGE_TRIGGERED)
                .childHandler(new Acceptor())
                .bind(ANY)
                .sync()
                .channel();
        EpollServerSocketChannelConfig listening = server.config();
        check(true, listening.isReusePort(), "SO_REUSEPORT");
        check(7, listening.setBacklog(7).setAutoRead(true).getBacklog(), "backlog");
        return server;
    }

    private static void checkConfig(EpollSocketChannel client) {
        EpollSocketChannelConfig config = (EpollSocketChannelConfig) ((Channel) client).config();
        check(66, config.setTcpKeepIdle(66).setTcpUserTimeout(5).getTcpKeepIdle(), "TCP_KEEPIDLE");
        check(66, client.config().getOption(EpollChannelOption.TCP_KEEPIDLE), "option TCP_KEEPIDLE");
        check(5, config.getTcpUserTimeout(), "TCP_USER_TIMEOUT");
        check(
                1L << 20,
                config.setTcpNotSentLowAt(1 << 20).setKeepAlive(true).getTcpNotSentLowAt(),
                "TCP_NOTSENT_LOWAT");
    }

    private static void checkInfo(EpollSocketChannel client) {
        EpollTcpInfo info = new EpollTcpInfo();
        check(info, client.tcpInfo(info), "tcpInfo");
        check(1, info.state(), "state of the connection");
        check(true, client.tcpInfo().sndMss() > 0, "whether there is an MSS");
    }

    private void useDescriptor(EpollServerSocketChannel server) throws Exception {
        Socket socket = Socket.newSocketStream();
        socket.connect(server.localAddress());
        EpollSocketChannel channel = new EpollSocketChannel(socket.intValue());
        channel.pipeline().addLast(new Receiver());
        group.register(channel).sync();
        channel.writeAndFlush(buffer("descriptor")).sync();
        checkReceived("descriptor");
        accepted.poll(60, TimeUnit.SECONDS);
        channel.close().sync();
    }

    private Channel bind(Class<? extends Channel> type, SocketAddress address) throws Exception {
        return new Bootstrap()
                .group(group)
                .channel(type)
                .handler(new Receiver())
                .bind(address)
                .sync()
                .channel();
    }

    private void useDatagrams() throws Exception {
        EpollDatagramChannel one = (EpollDatagramChannel) bind(EpollDatagramChannel.class, ANY);
        Channel other = bind(EpollDatagramChannel.class, ANY);
        one.config().setReusePort(true);
        for (int i = 0; i < 100; i++) {
            one.writeAndFlush(new DatagramPacket(buffer("datagram"), (InetSocketAddress) other.localAddress()))
                    .sync();
            checkReceived("datagram");
        }
        one.close().sync();
        other.close().sync();
    }

    private void useDomainSockets() throws Exception {
        DomainSocketAddress address =
                new DomainSocketAddress(directory.resolve("stream").toFile());
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(EpollServerDomainSocketChannel.class)
                .childHandler(new Acceptor())
                .bind(address)
                .sync()
                .channel();
        Channel client = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .handler(new Receiver())
                .connect(address)
                .sync()
                .channel();
        Channel other = accepted.poll(60, TimeUnit.SECONDS);
        client.writeAndFlush(buffer("domain")).sync();
        checkReceived("domain");
        other.writeAndFlush(buffer("back")).sync();
        checkReceived("back");
        // Epoll reports the end, too.
        client.close().sync();
        check(true, other.closeFuture().await(60, TimeUnit.SECONDS), "whether the other side is closed");
        server.close().sync();
    }

    private void useDomainDatagrams() throws Exception {
        DomainSocketAddress to = new DomainSocketAddress(directory.resolve("to").toFile());
        bind(EpollDomainDatagramChannel.class, to);
        Channel from = bind(
                EpollDomainDatagramChannel.class,
                new DomainSocketAddress(directory.resolve("from").toFile()));
        from.writeAndFlush(new DomainDatagramPacket(buffer("domain datagram"), to))
                .sync();
        checkReceived("domain datagram");
        // Both are left open: their loops end them.
    }
}
