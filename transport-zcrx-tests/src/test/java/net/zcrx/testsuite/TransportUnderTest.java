// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
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

    /** In the virtual machine: how our loops receive. All connections of the suite are over loopback. */
    private static final ZcrxMode MODE = ZcrxMode.valueOf(System.getProperty("zcrx.testsuite.mode", "AUTO"));
    /** With ZERO_COPY: the NIC whose queues, from 1 on, the loops take one after the other. */
    private static final String INTERFACE = System.getProperty("zcrx.testsuite.interface", "zcnic0");

    /** The first loops keep their queue until the end of the run. */
    private static final int KEPT_QUEUES = 10;
    /** Those after them end soon, and more follow. */
    private static final int PASSED_ON_QUEUES = 5;

    private static final long ZERO_COPY_AREA = 8 << 20;
    private static final AtomicInteger NEXT_QUEUE = new AtomicInteger();

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

    /** For a group of this many loops. */
    static IoHandlerFactory newFactory(int loops) {
        return IS_ZCRX ? ZcrxIoHandler.newFactory(config(loops)) : IoUringIoHandler.newFactory();
    }

    private static ZcrxIoHandlerConfig config(int loops) {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().mode(MODE);
        if (MODE == ZcrxMode.ZERO_COPY) {
            config.areaBytes(ZERO_COPY_AREA);
            for (int i = 0; i < loops; i++) {
                config.interfaceQueue(INTERFACE, nextQueue());
            }
        }
        return config;
    }

    private static int nextQueue() {
        int loop = NEXT_QUEUE.getAndIncrement();
        return 1 + (loop < KEPT_QUEUES ? loop : KEPT_QUEUES + loop % PASSED_ON_QUEUES);
    }

    static ServerChannel newServerChannel() {
        return IS_ZCRX ? new ZcrxServerSocketChannel() : new IoUringServerSocketChannel();
    }
}
