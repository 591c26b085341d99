// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Pairing;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSocket frames, which clients mask and servers unmask. */
class WebSocketTest {
    private static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int[] LENGTHS = {1, 125, 126, 65_535, 65_536, MAX_FRAME_BYTES};

    @ParameterizedTest
    @EnumSource
    void shouldEchoByNettysCodec(Pairing pairing) throws Exception {
        byte[] all = Payload.random(1, Arrays.stream(LENGTHS).sum());
        Collector<BinaryWebSocketFrame> echo =
                new Collector<>(BinaryWebSocketFrame.class, BinaryWebSocketFrame::content, all.length);
        CompletableFuture<Void> open = new CompletableFuture<>();
        try (Loops server = pairing.server(1);
                Loops client = pairing.client(1);
                Peers peers =
                        Peers.connect(server, WebSocketTest::serve, client, pipeline -> call(pipeline, open, echo))) {
            Await.result(open);
            int sent = 0;
            for (int length : LENGTHS) {
                peers.client().writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(all, sent, length)));
                sent += length;
            }
            assertArrayEquals(all, Await.result(echo.complete()));
        }
    }

    private static void serve(ChannelPipeline pipeline) {
        WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                .websocketPath("/")
                .decoderConfig(WebSocketDecoderConfig.newBuilder()
                        .maxFramePayloadLength(MAX_FRAME_BYTES)
                        .build())
                .build();
        pipeline.addLast(
                new HttpServerCodec(),
                new HttpObjectAggregator(1024),
                new WebSocketServerProtocolHandler(config),
                new Echo());
    }

    private static void call(
            ChannelPipeline pipeline, CompletableFuture<Void> open, Collector<BinaryWebSocketFrame> echo) {
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri("ws://localhost/")
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .build();
        pipeline.addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(1024),
                new WebSocketClientProtocolHandler(config),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                            open.complete(null);
                        }
                    }
                },
                echo);
    }
}
