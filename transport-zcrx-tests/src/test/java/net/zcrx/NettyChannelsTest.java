// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Channels of Netty's own io_uring transport on our event loop, beside our own. */
@Timeout(30)
class NettyChannelsTest {
    private static final String NAME = "zcrx.example.";
    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 7};

    private ZcrxEventLoopGroup group;

    @BeforeEach
    void start() {
        group = new ZcrxEventLoopGroup(1);
    }

    @AfterEach
    void stop() throws InterruptedException {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    @Test
    void shouldResolveNameByDatagrams() throws Exception {
        Channel server = datagramDnsServer(false, 0);
        assertEquals(InetAddress.getByAddress(NAME, ADDRESS), resolve(server));
        server.close().sync();
    }

    @Test
    void shouldResolveNameByOurSocketWhenDatagramIsTooShort() throws Exception {
        Channel tcp = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(initializer(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new TcpAnswers()))
                .bind(NetUtil.LOCALHOST4, 0)
                .sync()
                .channel();
        Channel udp = datagramDnsServer(true, ((InetSocketAddress) tcp.localAddress()).getPort());
        assertEquals(InetAddress.getByAddress(NAME, ADDRESS), resolve(udp));
        udp.close().sync();
        tcp.close().sync();
    }

    @Test
    void shouldEchoOnDomainSocket(@TempDir Path directory) throws Exception {
        byte[] sent = new byte[256 * 1024];
        new Random(1).nextBytes(sent);
        DomainSocketAddress address =
                new DomainSocketAddress(directory.resolve("echo").toFile());
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(IoUringServerDomainSocketChannel.class)
                .childHandler(initializer(new Echo()))
                .bind(address)
                .sync()
                .channel();
        Promise<ByteBuf> echo = group.next().newPromise();
        Channel client = new Bootstrap()
                .group(group)
                .channel(IoUringDomainSocketChannel.class)
                .handler(new Collector(sent.length, echo))
                .connect(address)
                .sync()
                .channel();
        client.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
        ByteBuf received = echo.sync().getNow();
        assertEquals(Unpooled.wrappedBuffer(sent), received);
        received.release();
        client.close().sync();
        server.close().sync();
    }

    private InetAddress resolve(Channel server) throws Exception {
        try (DnsNameResolver resolver = new DnsNameResolverBuilder(group.next())
                .datagramChannelType(IoUringDatagramChannel.class)
                .socketChannelType(ZcrxSocketChannel.class)
                .nameServerProvider(
                        new SingletonDnsServerAddressStreamProvider((InetSocketAddress) server.localAddress()))
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_ONLY)
                .queryTimeoutMillis(10_000)
                .build()) {
            Future<InetAddress> address = resolver.resolve(NAME);
            return address.sync().getNow();
        }
    }

    private Channel datagramDnsServer(boolean truncated, int port) throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(IoUringDatagramChannel.class)
                .handler(initializer(
                        new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new UdpAnswers(truncated)))
                .bind(NetUtil.LOCALHOST4, port)
                .sync()
                .channel();
    }

    private static void answer(DnsResponse response, DnsQuestion question) {
        response.addRecord(DnsSection.QUESTION, question);
        if (!response.isTruncated()) {
            response.addRecord(
                    DnsSection.ANSWER,
                    new DefaultDnsRawRecord(question.name(), DnsRecordType.A, 60, Unpooled.wrappedBuffer(ADDRESS)));
        }
    }

    private static ChannelInitializer<Channel> initializer(ChannelHandler... handlers) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers);
            }
        };
    }

    private static final class UdpAnswers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        private final boolean truncated;

        UdpAnswers(boolean truncated) {
            this.truncated = truncated;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
            response.setTruncated(truncated);
            answer(response, query.recordAt(DnsSection.QUESTION));
            ctx.writeAndFlush(response);
        }
    }

    private static final class TcpAnswers extends SimpleChannelInboundHandler<DefaultDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DefaultDnsQuery query) {
            DefaultDnsResponse response = new DefaultDnsResponse(query.id());
            answer(response, query.recordAt(DnsSection.QUESTION));
            ctx.writeAndFlush(response);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }

    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
        private final int length;
        private final Promise<ByteBuf> complete;
        private final ByteBuf received = Unpooled.buffer();

        Collector(int length, Promise<ByteBuf> complete) {
            this.length = length;
            this.complete = complete;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf part) {
            received.writeBytes(part);
            if (received.readableBytes() >= length) {
                complete.setSuccess(received);
            }
        }
    }
}
