// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BiFunction;
import java.util.function.Function;
import net.zcrx.shared.ZcrxSharedChannel;

/**
 * Passes the requests of a connection on to the next process, one after the other, and its answers back: each piece of
 * a body as soon as it arrives, in the buffer that it arrived in. A side that cannot be written to makes the other one
 * wait, and where the next process fails the answer is 502.
 */
final class Relay extends ChannelInboundHandlerAdapter {
    private final DomainSocketAddress address;
    private final Function<HttpRequest, String> objection;
    private final BiFunction<EventLoop, ChannelHandler, ChannelFuture> connector;
    private ChannelHandlerContext context;
    /** The connection to the next process; {@code null} until it is needed, and if it has ended. */
    private Channel next;

    private boolean connecting;
    /** Whether more of the last request will arrive. */
    private boolean requested;
    /** Whether the rest of the last request is dropped. */
    private boolean dropped;
    /** The next process has yet to answer it, or to go on with its answer. */
    private boolean awaited;

    private boolean answering;

    /** @param objection a sentence why a request is refused, or {@code null} */
    Relay(DomainSocketAddress address, Function<HttpRequest, String> objection) {
        this(
                address,
                objection,
                (loop, handler) -> new Bootstrap()
                        .group(loop)
                        .channel(ZcrxSharedChannel.class)
                        .handler(handler)
                        .connect(address));
    }

    /** @param connector begins a connection to the next process, with this handler */
    Relay(
            DomainSocketAddress address,
            Function<HttpRequest, String> objection,
            BiFunction<EventLoop, ChannelHandler, ChannelFuture> connector) {
        this.address = address;
        this.objection = objection;
        this.connector = connector;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        requested = !(message instanceof LastHttpContent);
        if (message instanceof HttpRequest request) {
            begin(request);
        } else if (dropped) {
            ReferenceCountUtil.release(message);
        } else if (((HttpObject) message).decoderResult().isFailure()) {
            // Passed on it would look like the end of the body.
            ReferenceCountUtil.release(message);
            context.close();
        } else {
            next.write(message);
        }
        update();
    }

    private void begin(HttpRequest request) {
        String sentence = objection.apply(request);
        dropped = request.decoderResult().isFailure() || sentence != null;
        if (request.decoderResult().isFailure()) {
            ReferenceCountUtil.release(request);
            Hop.answer(context, HttpResponseStatus.BAD_REQUEST, "This is not HTTP as it is understood here.")
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (sentence != null) {
            Hop.answer(context, HttpResponseStatus.FORBIDDEN, sentence);
        } else if (next != null) {
            pass(request);
        } else {
            connect(request);
        }
    }

    private void pass(HttpRequest request) {
        awaited = true;
        answering = false;
        next.write(request);
    }

    private void connect(HttpRequest request) {
        connecting = true;
        ChannelHandler answers = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpClientCodec(Hop.pieces(), false, false), new Answers());
            }
        };
        connector.apply(context.channel().eventLoop(), answers).addListener((ChannelFutureListener)
                connected -> connected(connected, request));
    }

    private void connected(ChannelFuture connected, HttpRequest request) {
        connecting = false;
        if (!connected.isSuccess()) {
            fail("could not be reached (" + connected.cause().getMessage() + ")");
        } else if (context.channel().isActive()) {
            next = connected.channel();
            pass(request);
            // The client may wait for the answer before it sends the body.
            next.flush();
        } else {
            connected.channel().close();
        }
        update();
    }

    /** Answers in place of the next process, which will not. */
    private void fail(String what) {
        dropped = true;
        awaited = false;
        if (answering) {
            // The client sees that there is no more of it.
            context.close();
        } else {
            Hop.answer(
                    context,
                    HttpResponseStatus.BAD_GATEWAY,
                    "The next process, at " + address + ", " + what + ". Look whether it runs, and try again.");
        }
    }

    /** Reads on if the data can be passed on; flushes the data that was read, as nothing may follow that would. */
    private void update() {
        if (!mayRead() && next != null) {
            // It may make room at once, and then calls this meanwhile.
            next.flush();
        }
        context.channel().config().setAutoRead(mayRead());
    }

    private boolean mayRead() {
        boolean room = next == null || next.isWritable();
        return dropped && requested || !connecting && room && (requested || !awaited);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        if (next != null) {
            next.flush();
        }
        Hop.readOn(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        if (next != null) {
            next.config().setAutoRead(context.channel().isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        if (next != null) {
            next.close();
        }
    }

    /** A connection that fails ends, which is dealt with by itself. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        context.close();
    }

    /** Passes the answers of the next process back. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ignored, Object message) {
            if (!awaited) {
                ReferenceCountUtil.release(message);
                return;
            }
            answering |= message instanceof HttpResponse;
            awaited = !(message instanceof LastHttpContent);
            context.write(message);
            update();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ignored) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ignored) {
            update();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ignored) {
            next = null;
            // Of a request that is answered more may come.
            dropped = true;
            if (awaited) {
                fail("has ended the connection");
            }
            update();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
            failed.close();
        }
    }
}
