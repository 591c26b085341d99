// SPDX-License-Identifier: Apache-2.0
package net.zcrx.reactor.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * Event loops on {@link ZcrxIoHandler}s for servers and clients of Reactor Netty, and for libraries that are built on
 * it: {@code HttpServer.create().runOn(new ZcrxLoopResources(group))}. TCP runs on this transport; datagrams, which the
 * DNS resolver needs, and unix domain sockets run on Netty's io_uring transport, on the same loops.
 *
 * <p>{@link #dispose} and {@link #disposeLater} end the group, whoever made it. A server that is disposed does not end
 * it, nor does a client. Safe on any thread.
 */
public final class ZcrxLoopResources implements LoopResources {
    private final EventLoopGroup group;
    /** Made when it is first asked for, as that starts all of the group's threads. */
    private volatile EventLoopGroup clients;

    /**
     * @param group a {@code ZcrxEventLoopGroup}, or another group on {@link ZcrxIoHandler}s
     * @throws IllegalArgumentException if its event loops are of another transport
     */
    public ZcrxLoopResources(EventLoopGroup group) {
        if (group instanceof IoEventLoopGroup loops && !loops.isIoType(ZcrxIoHandler.class)) {
            throw new IllegalArgumentException("The event loops of " + group + " are of another transport. Give"
                    + " ZcrxLoopResources a ZcrxEventLoopGroup, or a group with ZcrxIoHandler.newFactory().");
        }
        this.group = group;
    }

    /** The event loops, which have counters. */
    public EventLoopGroup group() {
        return group;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return group;
    }

    /** A client that is called on one of the loops stays there, as with Reactor Netty's own resources. */
    @Override
    public EventLoopGroup onClient(boolean useNative) {
        EventLoopGroup colocated = clients;
        return colocated == null ? colocate() : colocated;
    }

    private synchronized EventLoopGroup colocate() {
        if (clients == null) {
            clients = LoopResources.colocate(group);
        }
        return clients;
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return type.cast(ChannelKind.of(type).newChannel());
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        return ChannelKind.of(type).implementation().asSubclass(type);
    }

    @Override
    public boolean isDisposed() {
        return group.isShuttingDown();
    }

    @Override
    public void dispose() {
        disposeLater().subscribe();
    }

    @Override
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        return Mono.create(sink -> group.shutdownGracefully(
                        quietPeriod.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS)
                .addListener(end -> {
                    if (end.isSuccess()) {
                        sink.success();
                    } else {
                        sink.error(end.cause());
                    }
                }));
    }
}
