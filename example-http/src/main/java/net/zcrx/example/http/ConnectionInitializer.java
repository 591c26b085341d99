// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/** Builds the pipeline of each accepted connection, as far as TLS or the first bytes tell which protocol it speaks. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private static final String IDLE = "idle";
    private static final int MAX_CHUNK = 64 * 1024;
    private static final int STREAM_WINDOW = 256 * 1024;
    private static final int CONNECTION_WINDOW = 1024 * 1024;
    private static final int MAX_STREAMS = 100;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int GOAWAY_SECONDS = 5;

    private final ServerConfig config;
    private final TransportStats transport;
    private final ServerMetrics metrics;
    private final Router router;
    private final ChannelHandler guard = new ConnectionGuard();
    private final ChannelHandler streamGuard = new StreamGuard();
    private final ChannelHandler padding = new Http2Padding();
    private final ChannelHandler streamCodec = new Http2StreamFrameToHttpObjectCodec(true);

    ConnectionInitializer(ServerConfig config, TransportStats transport, ServerMetrics metrics, Router router) {
        this.config = config;
        this.transport = transport;
        this.metrics = metrics;
        this.router = router;
    }

    @Override
    protected void initChannel(Channel channel) {
        metrics.connected(channel);
        transport.observe(channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(IDLE, idle());
        if (config.tls() == null) {
            pipeline.addLast(new PrefaceDetector(this::useHttp1, this::useHttp2));
        } else {
            pipeline.addLast(config.tls().newHandler(channel.alloc()), new AlpnSelector());
        }
        pipeline.addLast(ConnectionGuard.NAME, guard);
    }

    private final class AlpnSelector extends ApplicationProtocolNegotiationHandler {
        AlpnSelector() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                useHttp2(ctx.pipeline());
            } else {
                useHttp1(ctx.pipeline());
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private void useHttp1(ChannelPipeline pipeline) {
        Channel channel = pipeline.channel();
        pipeline.remove(IDLE);
        // Idle is watched behind the codec, where a head that trickles in byte by byte is silence.
        pipeline.addBefore(
                ConnectionGuard.NAME, null, new HttpServerCodec(new HttpDecoderConfig().setMaxChunkSize(MAX_CHUNK)));
        pipeline.addBefore(ConnectionGuard.NAME, IDLE, idle());
        pipeline.addBefore(ConnectionGuard.NAME, null, new FlowControlHandler());
        pipeline.addBefore(
                ConnectionGuard.NAME,
                null,
                requestHandler(new Http1Backpressure(channel, metrics.heldBodyBuffers()), false));
    }

    private void useHttp2(ChannelPipeline pipeline) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(new Http2Settings()
                        .initialWindowSize(STREAM_WINDOW)
                        .maxConcurrentStreams(MAX_STREAMS)
                        .maxHeaderListSize(MAX_HEADERS))
                .validateRequiredPseudoHeaders(true)
                .gracefulShutdownTimeoutMillis(TimeUnit.SECONDS.toMillis(GOAWAY_SECONDS))
                .build();
        // A frame that lies across two reads is looked at where it is; merging would copy it.
        codec.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
        pipeline.addBefore(ConnectionGuard.NAME, null, codec);
        pipeline.addBefore(ConnectionGuard.NAME, null, new Http2MultiplexHandler(new StreamInitializer()));
        pipeline.writeAndFlush(
                new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
    }

    private final class StreamInitializer extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
            stream.pipeline()
                    .addLast(
                            padding,
                            streamCodec,
                            requestHandler(new Http2Backpressure(stream, metrics.heldBodyBuffers()), true),
                            streamGuard);
        }
    }

    private RequestHandler requestHandler(Backpressure backpressure, boolean http2) {
        return new RequestHandler(router, metrics, config.idleTimeout(), backpressure, http2);
    }

    private IdleStateHandler idle() {
        return new IdleStateHandler(true, 0, 0, config.idleTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }
}
