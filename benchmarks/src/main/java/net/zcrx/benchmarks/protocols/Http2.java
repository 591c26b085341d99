// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.benchmarks.server.Listener;
import net.zcrx.benchmarks.server.Protocol;
import net.zcrx.benchmarks.server.Transport;

/**
 * HTTP/2 without TLS, for clients that know. A request is answered at its end: with as many bytes as its header
 * {@code size} says, or none.
 */
public final class Http2 implements Protocol {
    /**
     * The window of a stream, and the part of the connection's for each of a few streams: more than is under way on
     * loopback.
     */
    private static final int WINDOW = 1 << 20;

    private static final int STREAMS = 8;
    private static final int CHUNK = 64 * 1024;

    @Override
    public int listen(Transport transport, String address, int port, LongAdder received) throws InterruptedException {
        return Listener.open(transport, address, port, true, pipeline -> init(pipeline, received));
    }

    private static void init(ChannelPipeline pipeline, LongAdder received) {
        pipeline.addLast(Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings().initialWindowSize(WINDOW))
                .build());
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new StreamHandler(received));
            }
        }));
        pipeline.addLast(new ConnectionHandler());
    }

    /** Widens the connection's window, which no setting does. */
    private static final class ConnectionHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(new DefaultHttp2WindowUpdateFrame(STREAMS * WINDOW), ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            // Settings and pings, which the codec has answered.
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                cause.printStackTrace();
            }
            ctx.close();
        }
    }

    private static final class StreamHandler extends ChannelInboundHandlerAdapter {
        private final LongAdder received;
        private int size;

        private StreamHandler(LongAdder received) {
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame headers) {
                size = headers.headers().getInt("size", 0);
                if (headers.isEndStream()) {
                    answer(ctx);
                }
            } else if (message instanceof Http2DataFrame data) {
                received.add(data.content().readableBytes());
                boolean last = data.isEndStream();
                data.release();
                if (last) {
                    answer(ctx);
                }
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        private void answer(ChannelHandlerContext ctx) {
            DefaultHttp2Headers headers = new DefaultHttp2Headers();
            headers.status("200");
            ctx.write(new DefaultHttp2HeadersFrame(headers, size == 0));
            for (int left = size; left > 0; left -= CHUNK) {
                int bytes = Math.min(left, CHUNK);
                ByteBuf chunk = ctx.alloc().directBuffer(bytes).writeZero(bytes);
                ctx.write(new DefaultHttp2DataFrame(chunk, left <= CHUNK));
            }
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // The client has ended its measurement, and with it this stream.
            ctx.close();
        }
    }
}
