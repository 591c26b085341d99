// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import net.zcrx.ZcrxChannelOption;

/** Client and server of the transport with each other and with NIO. */
final class ZcrxSocketTestPermutation extends SocketTestPermutation {

    /** An application that sets no option. */
    static final ZcrxSocketTestPermutation INSTANCE = new ZcrxSocketTestPermutation(-1);

    /** An application that has each of its writes sent without a copy. */
    static final ZcrxSocketTestPermutation ZERO_COPY_WRITE = new ZcrxSocketTestPermutation(0);

    private final EventLoopGroup bossGroup = newGroup("testsuite-zcrx-boss", 1);
    private final EventLoopGroup workerGroup = newGroup("testsuite-zcrx-worker", NUM_THREADS);
    private final int writeZeroCopyThreshold;

    private ZcrxSocketTestPermutation(int writeZeroCopyThreshold) {
        this.writeZeroCopyThreshold = writeZeroCopyThreshold;
    }

    private static EventLoopGroup newGroup(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), TransportUnderTest.newFactory(threads));
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        return withoutNioWithNio(combo(serverSocket(), clientSocket()));
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithFastOpen() {
        return withoutNioWithNio(combo(serverSocket(), clientSocketWithFastOpen()));
    }

    /** NIO is the last server and the last client, so its pairing with itself is the last of all. */
    private static List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> withoutNioWithNio(
            List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> combos) {
        return combos.subList(0, combos.size() - 1);
    }

    @Override
    public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        return List.of(
                () -> new ServerBootstrap()
                        .group(bossGroup, workerGroup)
                        .channel(TransportUnderTest.SERVER_CHANNEL)
                        .childOption(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, writeZeroCopyThreshold),
                () -> new ServerBootstrap().group(NIO_GROUP).channel(NioServerSocketChannel.class));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocket() {
        return List.of(this::newClient, this::newNioClient);
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocketWithFastOpen() {
        return List.of(
                this::newClient,
                () -> newClient().option(ChannelOption.TCP_FASTOPEN_CONNECT, true),
                this::newNioClient);
    }

    private Bootstrap newClient() {
        return new Bootstrap()
                .group(workerGroup)
                .channel(TransportUnderTest.CLIENT_CHANNEL)
                .option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, writeZeroCopyThreshold);
    }

    private Bootstrap newNioClient() {
        return new Bootstrap().group(NIO_GROUP).channel(NioSocketChannel.class);
    }
}
