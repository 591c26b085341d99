// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.InputStream;

/** Finds the exchange that answers a request. Shared by all connections. */
final class Router {
    private static final String OBJECTS = "/objects/";
    private static final String GET_OR_HEAD = "GET, HEAD";

    private final ServerMetrics metrics;
    private final ObjectStore store;
    private final long maxObjectBytes;
    private final ByteBuf page = loadPage();

    Router(ServerMetrics metrics, ObjectStore store, long maxObjectBytes) {
        this.metrics = metrics;
        this.store = store;
        this.maxObjectBytes = maxObjectBytes;
    }

    /**
     * Returns the exchange of a request. It may reply by the call right away; the rest of the request goes to the
     * exchange in any case.
     */
    Exchange route(HttpRequest request, Call call, Backpressure backpressure, EventExecutor loop) {
        String path = path(request.uri());
        HttpMethod method = request.method();
        if (path.startsWith(OBJECTS)) {
            return object(path.substring(OBJECTS.length()), method, call, backpressure, loop);
        }
        switch (path) {
            case "/echo" -> {
                if (method.equals(HttpMethod.POST)) {
                    return new EchoExchange(call, backpressure);
                }
                call.replyMethodNotAllowed("POST");
            }
            case "/" -> document(method, call, "text/html; charset=utf-8", page.retainedDuplicate());
            case "/stats.json" -> document(method, call, "application/json", text(metrics.json()));
            case "/metrics" ->
                document(method, call, "text/plain; version=0.0.4; charset=utf-8", text(metrics.prometheusText()));
            default -> call.reply(HttpResponseStatus.NOT_FOUND, "There is nothing at this path.");
        }
        return new DiscardBody(backpressure);
    }

    private Exchange object(String name, HttpMethod method, Call call, Backpressure backpressure, EventExecutor loop) {
        if (!ObjectStore.isValidName(name)) {
            call.reply(HttpResponseStatus.BAD_REQUEST, ObjectStore.NAME_RULE);
        } else if (method.equals(HttpMethod.PUT)) {
            if (call.contentLength() <= maxObjectBytes) {
                return new UploadExchange(
                        call, backpressure, loop, store.upload(name, loop, call.contentLength()), maxObjectBytes);
            }
            UploadExchange.replyTooLarge(call, maxObjectBytes);
        } else if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            if (call.sendsInChunks() && ObjectStore.hasRing(loop)) {
                return new RingReadExchange(call, backpressure, (EventLoop) loop, store.path(name));
            }
            return new ReadExchange(call, backpressure, loop, store.open(name));
        } else if (method.equals(HttpMethod.DELETE)) {
            return new DeleteExchange(call, backpressure, loop, store.delete(name));
        } else {
            call.replyMethodNotAllowed("GET, HEAD, PUT, DELETE");
        }
        return new DiscardBody(backpressure);
    }

    private static void document(HttpMethod method, Call call, String contentType, ByteBuf document) {
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            call.replyDocument(contentType, document);
        } else {
            document.release();
            call.replyMethodNotAllowed(GET_OR_HEAD);
        }
    }

    /** The path alone, also of an absolute target, as proxies send it. Object names need no decoding. */
    private static String path(String target) {
        int start = 0;
        if (!target.startsWith("/")) {
            int authority = target.indexOf("://");
            start = authority < 0 ? -1 : target.indexOf('/', authority + 3);
            if (start < 0) {
                return authority < 0 ? target : "/";
            }
        }
        int query = target.indexOf('?', start);
        return query < 0 ? target.substring(start) : target.substring(start, query);
    }

    private static ByteBuf text(String text) {
        return ByteBufUtil.writeUtf8(UnpooledByteBufAllocator.DEFAULT, text);
    }

    private static ByteBuf loadPage() {
        try (InputStream page = Router.class.getResourceAsStream("page.html")) {
            byte[] bytes = page.readAllBytes();
            return Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(bytes.length).writeBytes(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("The live page is missing from the jar.", e);
        }
    }
}
