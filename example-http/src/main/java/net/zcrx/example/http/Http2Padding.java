// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;

/** Gives the flow-control bytes of padding back at once: only the data itself reaches {@link Http2Backpressure}. */
@Sharable
final class Http2Padding extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof Http2DataFrame data) {
            int padding = data.initialFlowControlledBytes() - data.content().readableBytes();
            if (padding > 0) {
                ctx.writeAndFlush(new DefaultHttp2WindowUpdateFrame(padding));
            }
        }
        ctx.fireChannelRead(msg);
    }
}
