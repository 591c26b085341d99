// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** The last handler of an HTTP/2 stream: resets it when it breaks, with the error code that says why. */
@Sharable
final class StreamGuard extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception) {
            // Comes from the connection's codec, which resets the stream next. Closed here, it would be reset by
            // CANCEL.
            return;
        }
        Http2Exception protocolError = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
        Http2Error error = protocolError == null ? Http2Error.INTERNAL_ERROR : protocolError.error();
        ctx.writeAndFlush(new DefaultHttp2ResetFrame(error));
        ctx.close();
    }
}
