// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Pairing;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Netty's HTTP/2, each message many times its flow-control window. */
class Http2Test {
    private static final int STREAMS = 8;
    private static final int BYTES = 1_000_000;

    @ParameterizedTest
    @EnumSource
    void shouldEchoOnAllStreams(Pairing pairing) throws Exception {
        try (Loops server = pairing.server(1);
                Loops client = pairing.client(1);
                Peers peers = Peers.connect(server, Http2Test::serve, client, Http2Test::call)) {
            List<Collector<Http2DataFrame>> echoes = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                Collector<Http2DataFrame> echo = new Collector<>(Http2DataFrame.class, Http2DataFrame::content, BYTES);
                echoes.add(echo);
                Http2StreamChannel stream = Await.result(new Http2StreamChannelBootstrap(peers.client())
                        .handler(echo)
                        .open());
                Http2Headers headers =
                        new DefaultHttp2Headers().method("POST").path("/").scheme("http");
                stream.write(new DefaultHttp2HeadersFrame(headers));
                ByteBuf body = Unpooled.wrappedBuffer(Payload.random(i, BYTES));
                stream.writeAndFlush(new DefaultHttp2DataFrame(body, true));
            }
            for (int i = 0; i < STREAMS; i++) {
                assertArrayEquals(
                        Payload.random(i, BYTES), Await.result(echoes.get(i).complete()), "stream " + i);
            }
        }
    }

    private static void serve(ChannelPipeline pipeline) {
        ChannelHandler echo = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                // Frames of one stream go out on the same: the request's headers serve as the response's.
                stream.pipeline().addLast(new Echo());
            }
        };
        pipeline.addLast(Http2FrameCodecBuilder.forServer().build(), new Http2MultiplexHandler(echo));
    }

    private static void call(ChannelPipeline pipeline) {
        pipeline.addLast(
                Http2FrameCodecBuilder.forClient().build(), new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        throw new IllegalStateException("The server opened a stream.");
                    }
                }));
    }
}
