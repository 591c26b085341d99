// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;

/** A server as in a container: it knows no names and numbers of queues. Its argument is the number of its loops. */
final class PodServer {
    private PodServer() {}

    public static void main(String[] arguments) {
        ZcrxIoHandlerConfig config =
                new ZcrxIoHandlerConfig().mode(ZcrxMode.ZERO_COPY).interfaceQueues("leased");
        Server<PatternReader> server = new Server<>(config, Integer.parseInt(arguments[0]), PatternReader::new);
        try (server) {
            server.listen(server.group(), Pod.PORT, 0, false);
            // Steering is the host's: that it is not available here is no failure.
            new ServerBootstrap()
                    .group(server.group())
                    .channel(ZcrxServerSocketChannel.class)
                    .option(ZcrxChannelOption.FLOW_STEERING, server.group().ioHandlerFactory())
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(Pod.PORT + 1)
                    .syncUninterruptibly();
            System.out.println("queues=" + config.interfaceQueueCount());
            System.out.println("listening");
            int connections = config.interfaceQueueCount();
            while (server.readers().size() < connections
                    || !server.readers().stream().allMatch(PatternReader::isClosed)) {
                LockSupport.parkNanos(10_000_000);
            }
            long received = 0;
            for (PatternReader reader : server.readers()) {
                reader.endsAfter(reader.received.get());
                received += reader.received.get();
            }
            long zeroCopy = server.settled(ZcrxMetrics::zeroCopyBytes);
            System.out.println("DATA-OK received=" + received + " zeroCopy=" + zeroCopy);
        }
    }
}
