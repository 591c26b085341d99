// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;

/** A server on one event loop or more; {@code H} reads each of its connections. */
final class Server<H extends ChannelHandler> implements AutoCloseable {
    private final ZcrxEventLoopGroup group;
    private final Supplier<H> reader;
    private final List<H> readers = new CopyOnWriteArrayList<>();

    /** Does not listen yet. */
    Server(ZcrxIoHandlerConfig config, int loops, Supplier<H> reader) {
        group = new ZcrxEventLoopGroup(loops, config);
        this.reader = reader;
    }

    static ZcrxIoHandlerConfig zeroCopy() {
        return new ZcrxIoHandlerConfig().mode(ZcrxMode.ZERO_COPY).interfaceQueue(Nic.NAME, Nic.QUEUE);
    }

    static <H extends ChannelHandler> Server<H> start(ZcrxIoHandlerConfig config, int port, Supplier<H> reader) {
        return start(config, 1, port, 0, reader);
    }

    /** @param receiveWindow SO_RCVBUF in bytes; 0 leaves it to the kernel */
    static <H extends ChannelHandler> Server<H> start(
            ZcrxIoHandlerConfig config, int loops, int port, int receiveWindow, Supplier<H> reader) {
        Server<H> server = new Server<>(config, loops, reader);
        try {
            server.listen(server.group, port, receiveWindow, false);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /**
     * Listens, on one of the boss group's loops.
     *
     * @param beside other listeners on the same port
     */
    void listen(EventLoopGroup boss, int port, int receiveWindow, boolean beside) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(boss, group)
                .channel(ZcrxServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .option(UnixChannelOption.SO_REUSEPORT, beside)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        H handler = reader.get();
                        channel.pipeline().addLast(handler);
                        readers.add(handler);
                    }
                });
        if (receiveWindow > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, receiveWindow);
        }
        bootstrap.bind(port).syncUninterruptibly();
    }

    ZcrxEventLoopGroup group() {
        return group;
    }

    ZcrxMetrics metrics() {
        return group.metrics().get(0);
    }

    List<H> readers() {
        return readers;
    }

    /** Waits for this many connections. */
    List<H> readers(int count) {
        Waiting.await(() -> readers.size() + " of " + count + " connections", () -> readers.size() >= count);
        return readers;
    }

    /** The next connection's. */
    H reader() {
        return readers(1).get(0);
    }

    /** Every page that came is with the application or went back to the kernel; the application holds none. */
    ZcrxMetrics settled() {
        return allSettled().get(0);
    }

    /** The same of each loop. */
    List<ZcrxMetrics> allSettled() {
        Waiting.await(
                () -> "all pages back: " + group.metrics(),
                () -> group.metrics().stream().allMatch(metrics -> metrics.heldFragments() == 0));
        List<ZcrxMetrics> loops = group.metrics();
        for (ZcrxMetrics metrics : loops) {
            assertEquals(metrics.fragments(), metrics.refills(), metrics::toString);
            assertEquals(0, metrics.heldPages(), metrics::toString);
            assertEquals(0, metrics.heldBuffers(), metrics::toString);
            assertEquals(0, metrics.heldBytes(), metrics::toString);
        }
        return loops;
    }

    /** A counter summed over the loops, all pages being back. */
    long settled(ToLongFunction<ZcrxMetrics> counter) {
        return allSettled().stream().mapToLong(counter).sum();
    }

    /** Ends the loops; connections and what is in flight are cut off. */
    void shutDown() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Override
    public void close() {
        shutDown();
    }
}
