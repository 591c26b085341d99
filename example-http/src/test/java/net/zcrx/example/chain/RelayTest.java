// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

/** A body and a next process that cannot always take more of it. */
class RelayTest {
    /** More than a channel holds and is still writable. */
    private static final int LONG = 100_000;

    /** The connection to the next process. */
    private static final class Next extends EmbeddedChannel {
        /** As many flushes as find no room. */
        private int full;

        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {
            if (full-- <= 0) {
                super.doWrite(in);
            }
        }
    }

    private final Next next = new Next();
    private final EmbeddedChannel client =
            new EmbeddedChannel(new Relay(new DomainSocketAddress("next"), request -> null, (loop, handler) -> {
                next.pipeline().addLast(handler);
                return next.newSucceededFuture();
            }));

    /** Sends more than the next process may be sent at once, whose room is not seen by so many flushes. */
    private void send(int full) {
        DefaultHttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.PUT, "/name");
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 2 * LONG);
        client.writeInbound(request);
        next.full = full;
        client.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[LONG])));
    }

    private void end() {
        next.releaseOutbound();
        client.finishAndReleaseAll();
        next.finishAndReleaseAll();
    }

    @Test
    void shouldWaitForRoom() {
        send(3);
        assertFalse(client.config().isAutoRead());
        next.flush();
        assertTrue(client.config().isAutoRead());
        end();
    }

    /** The flush of a look at whether there is room makes it. */
    @Test
    void shouldReadOnWhenItsOwnFlushMakesRoom() {
        send(1);
        assertTrue(client.config().isAutoRead());
        end();
    }
}
