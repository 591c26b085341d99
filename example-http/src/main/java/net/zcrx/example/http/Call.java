// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * One request and its response: how far each has come. Used on the channel's event loop only.
 *
 * <p>Replies, but for files, are not flushed: {@link RequestHandler} flushes once for all that it has read.
 */
final class Call {
    /** A body that has at most this many bytes to go is read to its end, to keep its connection. */
    private static final int WORTH_READING_OUT = 64 * 1024;

    private static final AsciiString X_CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");

    private final ChannelHandlerContext ctx;
    private final Runnable onFinished;
    private final ServerMetrics metrics;
    private final boolean http2;
    private final HttpMethod method;
    private final HttpVersion version;
    private final boolean expectsContinue;
    private final long contentLength;
    private long bodyToCome;
    private boolean bodyComplete;
    private boolean keepAlive;
    private boolean started;
    private boolean finished;
    private ChannelFuture lastWrite;

    Call(ChannelHandlerContext ctx, HttpRequest request, boolean http2, ServerMetrics metrics, Runnable onFinished) {
        this.ctx = ctx;
        this.onFinished = onFinished;
        this.metrics = metrics;
        this.http2 = http2;
        method = request.method();
        version = request.protocolVersion();
        expectsContinue = HttpUtil.is100ContinueExpected(request);
        keepAlive = http2 || HttpUtil.isKeepAlive(request);
        boolean open = HttpUtil.isTransferEncodingChunked(request);
        contentLength = request.decoderResult().isSuccess() ? HttpUtil.getContentLength(request, open ? -1L : 0L) : -1;
        bodyToCome = contentLength == -1 ? Long.MAX_VALUE : contentLength;
    }

    /** The number of bytes that the request announced for its body, or -1 if it announced none. */
    long contentLength() {
        return contentLength;
    }

    boolean expectsContinue() {
        return expectsContinue;
    }

    boolean bodyComplete() {
        return bodyComplete;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean started() {
        return started;
    }

    boolean finished() {
        return finished;
    }

    /** Completes when the response's end is on the wire; only once it is {@link #finished}. */
    ChannelFuture lastWrite() {
        return lastWrite;
    }

    void bodyReceived(int bytes) {
        bodyToCome -= bytes;
    }

    void markBodyComplete() {
        bodyComplete = true;
        bodyToCome = 0;
    }

    /** No further request can be made out on this connection. */
    void giveUpConnection() {
        keepAlive = false;
    }

    void sendContinue() {
        ctx.write(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    /** Replies with a sentence. */
    void reply(HttpResponseStatus status, String sentence) {
        reply(status, null, sentence);
    }

    /** Replies that the path has other methods, such as {@code "GET, HEAD"}. */
    void replyMethodNotAllowed(String allowed) {
        reply(HttpResponseStatus.METHOD_NOT_ALLOWED, allowed, "This path answers to " + allowed + " only.");
    }

    private void reply(HttpResponseStatus status, String allowed, String sentence) {
        HttpResponse response = whole(status, ByteBufUtil.writeUtf8(ctx.alloc(), sentence + "\n"));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        if (allowed != null) {
            response.headers().set(HttpHeaderNames.ALLOW, allowed);
        }
        send(response);
    }

    /** Replies with 201 Created: the request's own path is a new object. */
    void replyCreated() {
        send(whole(HttpResponseStatus.CREATED, Unpooled.EMPTY_BUFFER));
    }

    /** Replies with 204 No Content. */
    void replyNoContent() {
        send(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER));
    }

    /** Replies 200 with a document, which it releases. Browsers may load nothing else for it. */
    void replyDocument(String contentType, ByteBuf document) {
        HttpResponse response = whole(HttpResponseStatus.OK, document);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(
                        HttpHeaderNames.CONTENT_SECURITY_POLICY,
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                                + " connect-src 'self'; img-src data:");
        send(response);
    }

    private HttpResponse whole(HttpResponseStatus status, ByteBuf body) {
        int length = body.readableBytes();
        if (isHead()) {
            body.release();
            body = Unpooled.EMPTY_BUFFER;
        }
        HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        return response;
    }

    private void send(HttpResponse response) {
        keepAlive &= bodyToCome <= WORTH_READING_OUT;
        writeHead(response);
        finish(lastWrite);
    }

    /**
     * Starts a response of bytes that follow by {@link #write}.
     *
     * @param length their number, or -1 if it is unknown
     */
    void start(long length) {
        HttpResponse response = binary(length);
        if (length == -1) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        writeHead(response);
    }

    /** Writes and releases a piece of the response. */
    ChannelFuture write(ByteBuf piece) {
        return ctx.write(new DefaultHttpContent(piece));
    }

    /** Ends what {@link #start} began. */
    void end() {
        finish(ctx.write(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    /** Replies 200 with a file, and closes it; without copying where the connection is neither TLS nor HTTP/2. */
    void replyFile(FileChannel file, long size) throws IOException {
        if (isHead() || size == 0) {
            file.close();
            replyHeadOfFile(size);
            return;
        }
        writeHead(binary(size));
        if (sendsInChunks()) {
            chunks();
            finishFile(ctx.writeAndFlush(new HttpChunkedInput(new FileInput(file, size))));
        } else {
            ctx.write(new DefaultFileRegion(file, 0, size));
            finishFile(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
    }

    /** Replies 200 with a file that the ring reads, and closes it. */
    void replyInput(RingInput input, long size) {
        if (isHead() || size == 0) {
            input.close();
            replyHeadOfFile(size);
            return;
        }
        writeHead(binary(size));
        input.onReady(chunks()::resumeTransfer);
        finishFile(ctx.writeAndFlush(new HttpChunkedInput(input)));
    }

    /** Whether the bytes of a file pass the process on their way to the client. */
    boolean sendsInChunks() {
        return http2 || ctx.pipeline().get(SslHandler.class) != null;
    }

    private ChunkedWriteHandler chunks() {
        ChunkedWriteHandler chunks = ctx.pipeline().get(ChunkedWriteHandler.class);
        if (chunks == null) {
            chunks = new ChunkedWriteHandler();
            ctx.pipeline().addBefore(ctx.name(), null, chunks);
        }
        return chunks;
    }

    private void replyHeadOfFile(long size) {
        HttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, size)
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
        send(response);
    }

    private void finishFile(ChannelFuture written) {
        // The next request waits until the file is out, so that a client cannot pile up open files.
        written.addListener(future -> {
            if (future.isSuccess()) {
                finish(written);
            } else {
                ctx.close();
            }
        });
    }

    /** Ends the connection or stream without an end of the response: the client sees that it failed. */
    void abort() {
        ctx.close();
    }

    private static HttpResponse binary(long length) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
        if (length != -1) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        return response;
    }

    private boolean isHead() {
        return HttpMethod.HEAD.equals(method);
    }

    private void writeHead(HttpResponse response) {
        started = true;
        metrics.responded(response.status().code());
        response.headers().set(HttpHeaderNames.DATE, HttpDate.now()).set(X_CONTENT_TYPE_OPTIONS, "nosniff");
        if (!http2) {
            HttpUtil.setKeepAlive(response.headers(), version, keepAlive);
        }
        lastWrite = ctx.write(response);
    }

    private void finish(ChannelFuture written) {
        lastWrite = written;
        finished = true;
        onFinished.run();
    }
}
