// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import io.netty.channel.ChannelOption;
import io.netty.channel.uring.IoUringChannelOption;

/**
 * The constants of Netty's epoll transport, which its users go on using. Constants are pooled by name, so these are
 * {@code EpollChannelOption}'s whether its class is there or not.
 */
public final class EpollOptions {
    private static final String CLASS = "io.netty.channel.epoll.EpollChannelOption";

    /** Level or edge triggered: means nothing to this transport, nor to epoll's since 4.2. */
    public static final ChannelOption<Object> EPOLL_MODE = of("EPOLL_MODE");

    private EpollOptions() {}

    /** The constant of this name whose pool name has the class in it. */
    public static <T> ChannelOption<T> of(String name) {
        return ChannelOption.valueOf(CLASS + '#' + name);
    }

    /** Returns the epoll transport's constant for the option that the io_uring transport has under the same name. */
    static ChannelOption<?> sameAs(ChannelOption<?> option) {
        return ChannelOption.valueOf(option.name().replace(IoUringChannelOption.class.getName(), CLASS));
    }
}
