// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import io.netty.bootstrap.ServerBootstrap;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;

/** The examples of docs/zero-copy.md, which quotes from here. They are compiled, and not run: they need such a NIC. */
final class NicExamples {
    private NicExamples() {}

    static ServerBootstrap oneQueue() {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().interfaceQueue("eth0", 4);
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1, config);
        ServerBootstrap server =
                new ServerBootstrap().group(group).option(ZcrxChannelOption.FLOW_STEERING, group.ioHandlerFactory());
        return server;
    }

    static ZcrxEventLoopGroup severalQueues() {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().interfaceQueues("eth0:4-7");
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(config.interfaceQueueCount(), config);
        return group;
    }

    static void grant(ServerBootstrap server) {
        server.childOption(ZcrxChannelOption.RECEIVE_GRANT, 64 * 1024);
    }

    static void classOfService(ServerBootstrap port8080, ServerBootstrap port8081) {
        ZcrxEventLoopGroup bulk = new ZcrxEventLoopGroup(3, new ZcrxIoHandlerConfig().interfaceQueues("eth0:4-6"));
        ZcrxEventLoopGroup critical = new ZcrxEventLoopGroup(1, new ZcrxIoHandlerConfig().interfaceQueue("eth0", 7));
        port8080.group(bulk).option(ZcrxChannelOption.FLOW_STEERING, bulk.ioHandlerFactory());
        port8081.group(critical).option(ZcrxChannelOption.FLOW_STEERING, critical.ioHandlerFactory());
    }
}
