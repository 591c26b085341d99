// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;

/** A promise whose listeners run on the event loop, and when that has ended still run. It cannot be cancelled. */
final class FilePromise<T> extends DefaultPromise<T> {
    private final IoEventLoop eventLoop;

    FilePromise(IoEventLoop eventLoop) {
        super(eventLoop);
        this.eventLoop = eventLoop;
        setUncancellable();
    }

    @Override
    protected EventExecutor executor() {
        return eventLoop.isShutdown() && !eventLoop.inEventLoop() ? GlobalEventExecutor.INSTANCE : eventLoop;
    }
}
