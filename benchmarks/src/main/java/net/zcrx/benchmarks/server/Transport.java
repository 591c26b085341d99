// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;

/** The difference between the peers. An implementation has a constructor {@code (int loops, ThreadFactory threads)}. */
public interface Transport {
    EventLoopGroup group();

    Class<? extends ServerChannel> serverChannel();

    /** Returns the channel class for connections that the server opens. */
    Class<? extends Channel> channel();

    /** Sets the options that this transport needs on the connections it accepts. */
    default void configure(Options options) {}

    /** The options of accepted connections, of whatever makes the server. */
    interface Options {
        <T> void set(ChannelOption<T> option, T value);
    }

    /** Bytes that it has received into memory of its own, and that the application has not released. */
    default long heldBytes() {
        return 0;
    }

    /** The transport's own counters as {@code name=number} pairs, separated by blanks. */
    default String counters() {
        return "";
    }
}
