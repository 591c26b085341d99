// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** The server on event loops that a program has already; it lives as long as the program. */
public final class EmbeddedServer {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private EmbeddedServer() {}

    /**
     * Starts it.
     *
     * @param port 0 for any
     * @param directory of the objects
     * @return where it listens
     * @throws IOException if it cannot listen, or cannot use the directory; it says which
     */
    public static InetSocketAddress start(
            EventLoopGroup group, Class<? extends ServerChannel> channelType, String host, int port, Path directory)
            throws IOException {
        LongAdder heldBodyBuffers = new LongAdder();
        String name = channelType.getSimpleName();
        Transport transport = new Transport(name, group, channelType, new CopyingStats(name, heldBodyBuffers::sum));
        ServerConfig config = new ServerConfig(host, port, Long.MAX_VALUE, IDLE_TIMEOUT, null);
        try {
            ObjectStore store = ObjectStore.open(directory, Main.DISK_THREADS, false);
            return HttpServer.start(config, transport, store, new ServerMetrics(transport, heldBodyBuffers))
                    .address();
        } catch (ServerException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
