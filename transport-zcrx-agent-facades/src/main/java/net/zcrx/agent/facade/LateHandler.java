// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import java.util.function.Supplier;

/** A handler that is made on its loop's thread, for whom the thread's name matters. */
final class LateHandler implements IoHandler {
    private final Supplier<IoHandler> maker;
    /** The handler; {@code null} before the thread has begun. */
    private volatile IoHandler handler;

    LateHandler(Supplier<IoHandler> maker) {
        this.maker = maker;
    }

    @Override
    public void initialize() {
        handler = maker.get();
        handler.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return handler.run(context);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return handler.register(handle);
    }

    @Override
    public void wakeup() {
        // A loop looks for tasks before it sleeps for the first time.
        IoHandler made = handler;
        if (made != null) {
            made.wakeup();
        }
    }

    @Override
    public void prepareToDestroy() {
        if (handler != null) {
            handler.prepareToDestroy();
        }
    }

    @Override
    public void destroy() {
        if (handler != null) {
            handler.destroy();
        }
    }

    /** Answers like zcrx's handler; called on any thread, also before there is one. */
    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return IoUringIoHandle.class.isAssignableFrom(handleType)
                || handleType.getName().startsWith("net.zcrx.");
    }
}
