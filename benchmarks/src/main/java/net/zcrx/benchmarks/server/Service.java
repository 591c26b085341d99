// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/** The protocols that all peers have. */
enum Service implements Protocol {
    /** Throws bytes away. */
    SINK,
    /** Compares bytes, see {@link CheckHandler}. */
    CHECK,
    /** Sends bytes back. */
    ECHO,
    /** Sends frames back, each behind its length in four bytes. */
    RPC,
    /** Sends bytes without being asked. */
    SOURCE,
    /** Speaks HTTP/1.1, see {@link HttpHandler}. */
    HTTP,
    /** The same as servers are: it closes connections that are idle for long, and reads no faster than it can write. */
    HTTP_SERVER,
    /** Speaks HTTP/1.1, see {@link HopHandler}. */
    HTTP_HOP,
    /** Speaks HTTP/1.1, and reads slowly, see {@link SlowReader}. */
    HTTP_SLOW,
    /** Passes bytes on to the backend that {@code -Dbench.backend=PORT} names, on loopback. */
    PROXY;

    private static final int MAX_FRAME = 1 << 20;
    private static final int LENGTH_FIELD = 4;
    private static final int IDLE_SECONDS = 30;

    @Override
    public int listen(Transport transport, String address, int port, LongAdder received) throws InterruptedException {
        boolean readsAtOnce = this != PROXY && this != HTTP_SLOW;
        return Listener.open(
                transport, address, port, readsAtOnce, pipeline -> pipeline.addLast(handlers(transport, received)));
    }

    private ChannelHandler[] handlers(Transport transport, LongAdder received) {
        return switch (this) {
            case SINK -> of(new SinkHandler(received));
            case CHECK -> of(new CheckHandler(received));
            case ECHO -> of(new EchoHandler(received));
            case RPC -> of(new LengthFieldBasedFrameDecoder(MAX_FRAME, 0, LENGTH_FIELD), new EchoHandler(received));
            case SOURCE -> of(new SourceHandler(received));
            case HTTP -> of(new HttpServerCodec(), new HttpHandler(received));
            case HTTP_SERVER ->
                of(
                        new ReadTimeoutHandler(IDLE_SECONDS),
                        new BackPressureHandler(),
                        new HttpServerCodec(),
                        new HttpHandler(received));
            case HTTP_SLOW -> of(new SlowReader(), new HttpServerCodec(), new HttpHandler(received));
            case HTTP_HOP -> of(new HttpServerCodec(), new HttpObjectAggregator(MAX_FRAME), new HopHandler(received));
            case PROXY -> {
                InetSocketAddress backend = new InetSocketAddress("127.0.0.1", Integer.getInteger("bench.backend"));
                yield of(new ProxyHandler(received, transport.channel(), backend));
            }
        };
    }

    private static ChannelHandler[] of(ChannelHandler... handlers) {
        return handlers;
    }
}
