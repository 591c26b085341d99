// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.LongAdder;

/** The backpressure of HTTP/1.1: auto-read goes off while there is a reason not to read. */
final class Http1Backpressure extends Backpressure {
    /** More than a few socket reads, so that disk and network work at the same time. */
    private static final int HIGH_WATERMARK = 1 << 20;

    private static final int LOW_WATERMARK = HIGH_WATERMARK / 2;

    private final Channel channel;
    private int heldBytes;
    private boolean tooMuchHeld;
    private boolean awaitingResponse;
    private boolean unwritable;

    Http1Backpressure(Channel channel, LongAdder heldBodyBuffers) {
        super(channel.eventLoop(), heldBodyBuffers);
        this.channel = channel;
    }

    @Override
    void onReceived(int bytes) {
        heldBytes += bytes;
        if (heldBytes > HIGH_WATERMARK) {
            tooMuchHeld = true;
            update();
        }
    }

    @Override
    void onReleased(int bytes) {
        heldBytes -= bytes;
        if (tooMuchHeld && heldBytes <= LOW_WATERMARK) {
            tooMuchHeld = false;
            update();
        }
    }

    @Override
    void awaitResponse(boolean waiting) {
        if (awaitingResponse != waiting) {
            awaitingResponse = waiting;
            update();
        }
    }

    @Override
    void writable(boolean writable) {
        unwritable = !writable;
        update();
    }

    private void update() {
        boolean autoRead = !tooMuchHeld && !awaitingResponse && !unwritable;
        if (autoRead != channel.config().isAutoRead()) {
            channel.config().setAutoRead(autoRead);
            if (autoRead) {
                // FlowControlHandler has handed over the messages that it held back, and no read need follow that ends
                // the batch.
                resumed();
            }
        }
    }
}
