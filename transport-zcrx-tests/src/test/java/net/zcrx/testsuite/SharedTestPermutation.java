// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.shared.ZcrxSharedChannel;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** Client and server that are connected by shared memory, in one process. */
final class SharedTestPermutation {
    private static final int THREADS = 4;
    private static final EventLoopGroup BOSSES = newGroup("testsuite-shared-boss", 1);
    private static final EventLoopGroup WORKERS = newGroup("testsuite-shared-worker", THREADS);

    private SharedTestPermutation() {}

    private static EventLoopGroup newGroup(String name, int threads) {
        ZcrxIoHandlerConfig config =
                new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(8 << 20).sharedMemory(true);
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), ZcrxIoHandler.newFactory(config));
    }

    static List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        return List.of(new BootstrapComboFactory<>() {
            @Override
            public ServerBootstrap newServerInstance() {
                return new ServerBootstrap().group(BOSSES, WORKERS).channel(ZcrxSharedServerChannel.class);
            }

            @Override
            public Bootstrap newClientInstance() {
                return new Bootstrap().group(WORKERS).channel(ZcrxSharedChannel.class);
            }
        });
    }

    static SocketAddress newAddress() {
        return new DomainSocketAddress(
                Path.of(System.getProperty("java.io.tmpdir"), "zcrx-" + UUID.randomUUID() + ".sock")
                        .toString());
    }
}
