// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Drives the requests of one HTTP/1.1 connection, one after the other, or the single one of an HTTP/2 stream. */
final class RequestHandler extends ChannelInboundHandlerAdapter {
    /** A body that moves less than this within the idle timeout is given up. */
    private static final int SLOWEST_BODY = 1024;

    /** How long the response of a stream may need to be read while the client still sends. */
    private static final int RESET_SECONDS = 2;

    private final Router router;
    private final ServerMetrics metrics;
    private final Duration idleTimeout;
    private final Backpressure backpressure;
    private final boolean http2;
    private ChannelHandlerContext ctx;
    private Call call;
    private Exchange exchange;
    private Future<?> bodyTimer;
    private long movedAtLastCheck;
    private boolean dispatching;
    private boolean stopping;
    private boolean lingering;

    RequestHandler(
            Router router, ServerMetrics metrics, Duration idleTimeout, Backpressure backpressure, boolean http2) {
        this.router = router;
        this.metrics = metrics;
        this.idleTimeout = idleTimeout;
        this.backpressure = backpressure;
        this.http2 = http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        backpressure.onResumed(this::endOfBatch);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        dispatching = true;
        if (msg instanceof HttpRequest request && !lingering) {
            begin(request);
        }
        if (msg instanceof HttpContent content && call != null) {
            body(content);
        } else {
            ReferenceCountUtil.release(msg);
        }
        dispatching = false;
        endCallIfDone();
        if (!ctx.channel().config().isAutoRead()) {
            // The data that was read has ended for now: FlowControlHandler holds back that event while auto-read is
            // off.
            endOfBatch();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        endOfBatch();
    }

    private void endOfBatch() {
        ctx.flush();
        if (call != null && !call.bodyComplete()) {
            if (call.finished() && (http2 || !call.keepAlive())) {
                linger(call);
            } else if (bodyTimer == null) {
                startBodyTimer();
            }
        }
    }

    private void begin(HttpRequest request) {
        call = new Call(ctx, request, http2, metrics, this::responseFinished);
        if (stopping) {
            call.giveUpConnection();
        }
        exchange = new DiscardBody(backpressure);
        if (request.decoderResult().isFailure()) {
            replyMalformed(request.decoderResult());
        } else if (request.protocolVersion().majorVersion() != 1) {
            call.giveUpConnection();
            call.reply(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "The server speaks HTTP/1.1 and HTTP/2.");
        } else if (isHostMissing(request)) {
            call.reply(HttpResponseStatus.BAD_REQUEST, "An HTTP/1.1 request needs a Host header.");
        } else if (request.headers().contains(HttpHeaderNames.EXPECT) && !call.expectsContinue()) {
            call.reply(
                    HttpResponseStatus.EXPECTATION_FAILED,
                    "The only expectation that the server meets is 100-continue.");
        } else {
            exchange = router.route(request, call, backpressure, ctx.executor());
            if (call.expectsContinue() && !call.started()) {
                call.sendContinue();
            }
        }
    }

    private boolean isHostMissing(HttpRequest request) {
        return !http2
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !request.headers().contains(HttpHeaderNames.HOST);
    }

    private void body(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            if (content instanceof HttpRequest) {
                // A head that made no sense comes as a whole request, and was answered as such.
                return;
            }
            exchange.cancel();
            exchange = new DiscardBody(backpressure);
            if (call.started()) {
                breakOff();
            } else {
                replyMalformed(content.decoderResult());
            }
            return;
        }
        int bytes = content.content().readableBytes();
        if (bytes > 0) {
            backpressure.received(bytes);
            call.bodyReceived(bytes);
            exchange.body(content.content());
        } else {
            content.release();
        }
        if (content instanceof LastHttpContent) {
            call.markBodyComplete();
            stopBodyTimer();
            exchange.bodyComplete();
        }
    }

    /** The rest of the connection cannot be made sense of: the decoder skips it. */
    private void replyMalformed(DecoderResult result) {
        call.giveUpConnection();
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            call.reply(HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request line is too long.");
        } else if (cause instanceof TooLongHttpHeaderException) {
            call.reply(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too long.");
        } else {
            call.reply(HttpResponseStatus.BAD_REQUEST, "This is not HTTP as the server understands it.");
        }
    }

    private void responseFinished() {
        if (!dispatching) {
            endCallIfDone();
            endOfBatch();
        }
    }

    /** Moves on to the next request as soon as both body and response of this one are through. */
    private void endCallIfDone() {
        if (call == null) {
            return;
        }
        if (!call.finished()) {
            backpressure.awaitResponse(call.bodyComplete());
        } else if (call.bodyComplete()) {
            Call done = call;
            call = null;
            exchange = null;
            if (done.keepAlive()) {
                backpressure.awaitResponse(false);
            } else {
                linger(done);
            }
        }
    }

    /**
     * Ends the connection, or the stream, so that the response still arrives. There are clients that drop the response
     * of a stream that is reset at once, so received data is dropped for a while.
     */
    private void linger(Call last) {
        if (lingering) {
            return;
        }
        lingering = true;
        stopBodyTimer();
        backpressure.awaitResponse(false);
        if (http2) {
            resetLater();
        } else {
            Lingering.after(last.lastWrite());
        }
        ctx.flush();
    }

    /**
     * Ends the connection, or the stream, within a response that has begun: the client sees that it is cut off, and
     * everything that was written before.
     */
    private void breakOff() {
        if (http2) {
            ctx.close();
            return;
        }
        call = null;
        exchange = null;
        lingering = true;
        Lingering.after(ctx.writeAndFlush(Unpooled.EMPTY_BUFFER));
    }

    private void resetLater() {
        Future<?> reset = ctx.executor()
                .schedule(
                        () -> ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR)),
                        RESET_SECONDS,
                        TimeUnit.SECONDS);
        ctx.channel().closeFuture().addListener(closed -> reset.cancel(false));
    }

    private void startBodyTimer() {
        movedAtLastCheck = backpressure.moved();
        bodyTimer = ctx.executor()
                .scheduleAtFixedRate(
                        this::checkBody, idleTimeout.toMillis(), idleTimeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopBodyTimer() {
        if (bodyTimer != null) {
            bodyTimer.cancel(false);
            bodyTimer = null;
        }
    }

    private void checkBody() {
        long moved = backpressure.moved();
        if (moved - movedAtLastCheck >= SLOWEST_BODY) {
            movedAtLastCheck = moved;
            return;
        }
        stopBodyTimer();
        exchange.cancel();
        exchange = new DiscardBody(backpressure);
        if (call.started()) {
            breakOff();
        } else {
            call.giveUpConnection();
            call.reply(
                    HttpResponseStatus.REQUEST_TIMEOUT,
                    "The body came too slowly: less than " + SLOWEST_BODY + " bytes in " + idleTimeout.toMillis()
                            + " ms.");
            endOfBatch();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        backpressure.writable(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            // While the body comes, its own timer watches; before the response begins, it is the server that is slow.
            if (call == null || (call.bodyComplete() && call.started())) {
                ctx.close();
            }
        } else if (event == ServerStopping.EVENT) {
            stopping = true;
            if (call != null) {
                call.giveUpConnection();
            } else if (!lingering) {
                ctx.close();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopBodyTimer();
        if (exchange != null) {
            exchange.cancel();
            exchange = null;
            call = null;
        }
        ctx.fireChannelInactive();
    }
}
