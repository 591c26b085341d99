// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A server that listens. It takes over the transport and the store, and closes them when it is closed. */
final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    /** Less than the 10 seconds after which Docker kills. */
    private static final int CLOSE_SECONDS = 9;
    /** The part of these seconds for the requests that are under way. */
    private static final int DRAIN_SECONDS = 7;
    /** The part of these seconds for each of the steps that follow. */
    private static final int END_SECONDS = 1;

    private final Transport transport;
    private final ObjectStore store;
    private final ServerMetrics metrics;
    private final Channel listener;

    private HttpServer(Transport transport, ObjectStore store, ServerMetrics metrics, Channel listener) {
        this.transport = transport;
        this.store = store;
        this.metrics = metrics;
        this.listener = listener;
    }

    /** Binds the port, or fails with a sentence; the caller still owns transport and store then. */
    static HttpServer start(ServerConfig config, Transport transport, ObjectStore store, ServerMetrics metrics)
            throws ServerException {
        Router router = new Router(metrics, store, config.maxObjectBytes());
        ChannelFuture bound = new ServerBootstrap()
                .group(transport.group())
                .channel(transport.channelType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ConnectionInitializer(config, transport.stats(), metrics, router))
                .bind(config.host(), config.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            // Not every failure to look up or bind an address has a message.
            String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            throw new ServerException(
                    "Cannot listen on " + config.host() + " port " + config.port() + " (" + reason
                            + "): choose another --host or --port.",
                    cause);
        }
        return new HttpServer(transport, store, metrics, bound.channel());
    }

    /** Returns the address where it listens; the port is the real one, also if any was asked for. */
    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Waits until the server was closed. */
    void awaitClose() throws InterruptedException {
        listener.closeFuture().sync();
    }

    /**
     * Takes no more connections, lets requests that are under way finish for a while, and ends everything; a part that
     * has not ended within nine seconds, such as a thread whose disk does not answer, is left.
     */
    @Override
    public void close() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        await(listener.close(), END_SECONDS, end);
        for (Channel connection : metrics.connections()) {
            connection.eventLoop().execute(() -> connection.pipeline().fireUserEventTriggered(ServerStopping.EVENT));
        }
        if (!await(metrics.connections().newCloseFuture(), DRAIN_SECONDS, end)) {
            await(metrics.connections().close(), END_SECONDS, end);
        }
        awaitHandlers(end);
        // The disk threads report to the event loops, so they end first.
        await(store.close(), END_SECONDS, end);
        await(transport.group().shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS), CLOSE_SECONDS, end);
    }

    private static boolean await(Future<?> future, int seconds, long end) {
        long nanos = Math.min(TimeUnit.SECONDS.toNanos(seconds), end - System.nanoTime());
        return future.awaitUninterruptibly(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the handlers of closed connections have been called, and have given the uploads that they discard to
     * the disk threads. A connection is closed in one task of its loop, which queues the one that calls its handlers.
     */
    private void awaitHandlers(long end) {
        for (int round = 0; round < 2; round++) {
            for (EventExecutor loop : transport.group()) {
                await(loop.submit(() -> {}), END_SECONDS, end);
            }
        }
    }
}
