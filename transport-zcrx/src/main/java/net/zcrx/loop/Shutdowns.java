// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.util.function.Consumer;

/** Shutting a channel down, side by side, whatever it is made of. From any thread. */
public final class Shutdowns {
    private Shutdowns() {}

    /** Runs {@code action}, which does the promise, on the channel's loop; returns the promise. */
    public static ChannelFuture inLoop(DuplexChannel channel, ChannelPromise promise, Consumer<ChannelPromise> action) {
        if (channel.eventLoop().inEventLoop()) {
            action.accept(promise);
        } else {
            channel.eventLoop().execute(() -> action.accept(promise));
        }
        return promise;
    }

    /** Ends the output, and then the input; the promise fails by the first that does. Returns it. */
    public static ChannelFuture both(DuplexChannel channel, ChannelPromise promise) {
        channel.shutdownOutput()
                .addListener(output -> channel.shutdownInput().addListener(input -> {
                    Throwable cause = output.cause() != null ? output.cause() : input.cause();
                    if (cause == null) {
                        promise.setSuccess();
                    } else {
                        promise.setFailure(cause);
                    }
                }));
        return promise;
    }
}
