// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vertx;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TCPSSLOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import net.zcrx.ZcrxChannelOption;

/**
 * The options of TCP that Vert.x leaves to each transport. Options that the application did not ask for are not set.
 */
final class TcpOptions {
    /** How many connections may wait for the end of their handshake, as with Vert.x 5.0's own native transports. */
    private static final int FAST_OPEN_BACKLOG = 256;

    private TcpOptions() {}

    /** Sets an option of a connection, if it was asked for: 0 and {@code null} mean that it was not. */
    private interface Connections {
        <T> void set(ChannelOption<T> option, T value);

        default void setIf(ChannelOption<Boolean> option, Boolean value) {
            if (Boolean.TRUE.equals(value)) {
                set(option, true);
            }
        }

        default void setIf(ChannelOption<Integer> option, Integer value) {
            if (value != null && value != 0) {
                set(option, value);
            }
        }
    }

    /** Sets the options of a client. */
    static void apply(TcpConfig config, Bootstrap bootstrap) {
        Connections connections = bootstrap::option;
        connections.setIf(ChannelOption.TCP_FASTOPEN_CONNECT, config.getOption(TcpOption.FASTOPEN_CONNECT));
        apply(config, connections);
    }

    /** Sets the options of a server. */
    static void apply(TcpConfig config, ServerBootstrap bootstrap) {
        Integer fastOpen = config.getOption(TcpOption.FASTOPEN);
        applyToListener(config.isSoReusePort(), fastOpen == null ? 0 : fastOpen, bootstrap);
        apply(config, bootstrap::childOption);
    }

    private static void apply(TcpConfig config, Connections connections) {
        connections.setIf(ZcrxChannelOption.TCP_QUICKACK, config.getOption(TcpOption.QUICKACK));
        connections.setIf(ZcrxChannelOption.TCP_CORK, config.getOption(TcpOption.CORK));
        connections.setIf(ZcrxChannelOption.TCP_USER_TIMEOUT, config.getOption(TcpOption.USER_TIMEOUT));
        connections.setIf(ZcrxChannelOption.TCP_KEEPCNT, config.getOption(TcpOption.KEEPCNT));
        connections.setIf(ZcrxChannelOption.TCP_KEEPIDLE, config.getOption(TcpOption.KEEPIDLE));
        connections.setIf(ZcrxChannelOption.TCP_KEEPINTVL, config.getOption(TcpOption.KEEPINTVL));
    }

    /** Sets the options of a client of Vert.x 5.0. */
    static void apply(ClientOptionsBase options, Bootstrap bootstrap) {
        Connections connections = bootstrap::option;
        connections.setIf(ChannelOption.TCP_FASTOPEN_CONNECT, options.isTcpFastOpen());
        apply(options, connections);
    }

    /** Sets the options of a server of Vert.x 5.0. */
    static void apply(NetServerOptions options, ServerBootstrap bootstrap) {
        applyToListener(options.isReusePort(), options.isTcpFastOpen() ? FAST_OPEN_BACKLOG : 0, bootstrap);
        apply(options, bootstrap::childOption);
    }

    private static void apply(TCPSSLOptions options, Connections connections) {
        connections.setIf(ZcrxChannelOption.TCP_QUICKACK, options.isTcpQuickAck());
        connections.setIf(ZcrxChannelOption.TCP_CORK, options.isTcpCork());
        connections.setIf(ZcrxChannelOption.TCP_USER_TIMEOUT, options.getTcpUserTimeout());
    }

    private static void applyToListener(boolean reusePort, int fastOpen, AbstractBootstrap<?, ?> bootstrap) {
        bootstrap.option(UnixChannelOption.SO_REUSEPORT, reusePort);
        if (fastOpen != 0) {
            bootstrap.option(ChannelOption.TCP_FASTOPEN, fastOpen);
        }
    }
}
