package net.zcrx;

import io.netty.channel.IoHandle;

/** What only a {@link ZcrxIoHandler} can serve; a stock io_uring event loop refuses it. */
interface ZcrxHandle extends IoHandle {
    /** Called on the loop's thread when the handle is registered there. */
    void attach(Loop loop);

    @Override
    void close();
}
