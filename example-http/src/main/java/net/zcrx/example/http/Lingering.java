// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ends an HTTP/1.1 connection so that its last response arrives, also at a client that reads only after it has sent
 * all: a close with unread bytes would make the kernel send a reset, which overtakes the response. So the server ends
 * its own direction alone, and drops all received bytes, undecoded, until the client ends the connection or a bound is
 * reached.
 */
final class Lingering extends ChannelInboundHandlerAdapter {
    private static final int QUIET_SECONDS = 2;
    private static final int MOST_SECONDS = 30;
    private static final long MOST_BYTES = 1L << 30;

    private Future<?> timer;
    private long received;
    private long receivedAtLastCheck;
    private int checksLeft = MOST_SECONDS / QUIET_SECONDS;

    private Lingering() {}

    /** Begins as soon as the last response is on the wire; on the channel's event loop. */
    static void after(ChannelFuture lastWrite) {
        lastWrite.addListener(written -> {
            Channel channel = lastWrite.channel();
            if (written.isSuccess()) {
                begin(channel);
            } else {
                channel.close();
            }
        });
    }

    private static void begin(Channel channel) {
        // In front of TLS: there is no point in decrypting bytes that are dropped.
        channel.pipeline().addFirst(new Lingering());
        // From here on the client is not silent as long as it sends anything at all.
        channel.pipeline().remove(IdleStateHandler.class);
        DuplexChannel duplex = (DuplexChannel) channel;
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(notified -> duplex.shutdownOutput());
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().scheduleAtFixedRate(() -> check(ctx), QUIET_SECONDS, QUIET_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        timer.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf unwanted = (ByteBuf) msg;
        received += unwanted.readableBytes();
        unwanted.release();
        if (received > MOST_BYTES) {
            ctx.close();
        }
    }

    private void check(ChannelHandlerContext ctx) {
        checksLeft--;
        if (received == receivedAtLastCheck || checksLeft == 0) {
            ctx.close();
        }
        receivedAtLastCheck = received;
    }
}
