// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.unserved;

import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollSocketChannel;
import net.zcrx.agent.programs.NettyProgram;

/** The same as {@link NettyProgram}, in an application that could splice its channels. */
public final class SpliceProgram {
    private SpliceProgram() {}

    @SuppressWarnings("deprecation") // It is what some applications do.
    static ChannelFuture splice(EpollSocketChannel from, EpollSocketChannel to) {
        return from.spliceTo(to, Integer.MAX_VALUE);
    }

    public static void main(String[] arguments) throws Exception {
        NettyProgram.main(arguments);
    }
}
