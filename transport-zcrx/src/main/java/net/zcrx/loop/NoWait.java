// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoHandlerContext;

/** The context of a pass that only handles requests that have completed. */
public final class NoWait implements IoHandlerContext {
    public static final NoWait INSTANCE = new NoWait();

    private NoWait() {}

    @Override
    public boolean canBlock() {
        return false;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return 0;
    }

    @Override
    public long deadlineNanos() {
        return -1;
    }
}
