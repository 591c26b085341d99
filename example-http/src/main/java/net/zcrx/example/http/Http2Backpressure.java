// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import java.util.concurrent.atomic.LongAdder;

/**
 * The backpressure of one HTTP/2 stream: the flow-control window is given back as the bytes are released, and bounds by
 * itself.
 */
final class Http2Backpressure extends Backpressure {
    private final Channel stream;

    Http2Backpressure(Channel stream, LongAdder heldBodyBuffers) {
        super(stream.eventLoop(), heldBodyBuffers);
        this.stream = stream;
    }

    @Override
    void onReceived(int bytes) {}

    @Override
    void onReleased(int bytes) {
        // On a stream that has ended the write fails, and the codec has given the bytes back already.
        stream.writeAndFlush(new DefaultHttp2WindowUpdateFrame(bytes));
    }

    @Override
    void awaitResponse(boolean waiting) {}

    @Override
    void writable(boolean writable) {}
}
