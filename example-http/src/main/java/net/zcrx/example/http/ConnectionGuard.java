// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.timeout.IdleStateEvent;

/** The last handler of a connection: ends it when it is silent, when the server stops, and when it breaks. */
@Sharable
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    static final String NAME = "guard";

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent || event == ServerStopping.EVENT) {
            ctx.channel().close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /**
     * A reset by the peer, bytes that are no TLS record and the like: the client's affair, not worth a log line. An
     * error of HTTP/2 is only shown here: the codec itself ends the connection next, by a GOAWAY that has the error's
     * code. A close here would send one without.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.channel().close();
        }
    }
}
