package net.zcrx.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/**
 * The transport that the suite runs on: ours, or with {@code -Dzcrx.testsuite.transport=io_uring} Netty's own, which
 * tells a fault of ours from one of the suite, of Netty or of the machine.
 */
final class TransportUnderTest {

    private static final boolean IS_ZCRX = isZcrx();

    static final Class<? extends ServerChannel> SERVER_CHANNEL =
            IS_ZCRX ? ZcrxServerSocketChannel.class : IoUringServerSocketChannel.class;
    static final Class<? extends Channel> CLIENT_CHANNEL =
            IS_ZCRX ? ZcrxSocketChannel.class : IoUringSocketChannel.class;

    private TransportUnderTest() {}

    private static boolean isZcrx() {
        String name = System.getProperty("zcrx.testsuite.transport", "zcrx");
        return switch (name) {
            case "zcrx" -> true;
            case "io_uring" -> false;
            default ->
                throw new IllegalArgumentException(
                        "zcrx.testsuite.transport is " + name + " but must be zcrx or io_uring.");
        };
    }

    static IoHandlerFactory newFactory() {
        return IS_ZCRX ? ZcrxIoHandler.newFactory() : IoUringIoHandler.newFactory();
    }

    static ServerChannel newServerChannel() {
        return IS_ZCRX ? new ZcrxServerSocketChannel() : new IoUringServerSocketChannel();
    }
}
