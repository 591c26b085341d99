// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import java.util.concurrent.Executor;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerFactory;

/** What docs/frameworks.md shows for the AWS SDK. */
@SuppressWarnings("deprecation") // The SDK takes groups of the classes alone that it knows by name.
final class SdkEventLoops extends NioEventLoopGroup {
    static final ZcrxIoHandlerFactory FACTORY = ZcrxIoHandler.newFactory();

    SdkEventLoops(int threads) {
        super(threads);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory ofNio, Object... arguments) {
        return new SingleThreadIoEventLoop(this, executor, FACTORY);
    }
}
