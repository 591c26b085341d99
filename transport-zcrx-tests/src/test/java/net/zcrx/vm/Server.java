package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;

/** A server on one event loop; {@code H} reads each of its connections. */
final class Server<H extends ChannelHandler> implements AutoCloseable {
    private final ZcrxEventLoopGroup group;
    private final List<H> readers = new CopyOnWriteArrayList<>();

    private Server(ZcrxIoHandlerConfig config, int loops) {
        group = new ZcrxEventLoopGroup(loops, config);
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
        Server<H> server = new Server<>(config, loops);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(server.group)
                .channel(ZcrxServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        H handler = reader.get();
                        channel.pipeline().addLast(handler);
                        server.readers.add(handler);
                    }
                });
        if (receiveWindow > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, receiveWindow);
        }
        try {
            bootstrap.bind(port).syncUninterruptibly();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
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
        Waiting.await(() -> "all pages back: " + metrics(), () -> metrics().heldFragments() == 0);
        ZcrxMetrics metrics = metrics();
        assertEquals(metrics.fragments(), metrics.refills(), metrics::toString);
        assertEquals(0, metrics.heldPages(), metrics::toString);
        assertEquals(0, metrics.heldBuffers(), metrics::toString);
        assertEquals(0, metrics.heldBytes(), metrics::toString);
        return metrics;
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
