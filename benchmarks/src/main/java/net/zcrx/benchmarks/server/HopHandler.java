// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.concurrent.atomic.LongAdder;

/** Answers a request with its body from a worker thread, as a framework does whose handlers may block. */
final class HopHandler extends ServiceHandler {
    private static final int WORKERS = 2;
    private static final EventExecutorGroup GROUP =
            new DefaultEventExecutorGroup(WORKERS, new DefaultThreadFactory("worker", true));

    /** One per connection, so that answers keep their order. */
    private final EventExecutor worker = GROUP.next();

    HopHandler(LongAdder received) {
        super(received);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        FullHttpRequest request = (FullHttpRequest) message;
        count(request.content());
        worker.execute(() -> answer(ctx, request));
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, request.content());
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, request.content().readableBytes());
        ctx.writeAndFlush(response, ctx.voidPromise());
    }
}
