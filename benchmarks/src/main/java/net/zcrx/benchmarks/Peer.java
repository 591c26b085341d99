// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A transport that is measured. */
public enum Peer {
    NIO("nio", "netty42.NioTransport"),
    EPOLL("epoll", "netty42.EpollTransport"),
    IO_URING("io_uring", "netty42.IoUringTransport"),
    IO_URING_RING("io_uring-ring", "netty42.IoUringRingTransport"),
    /** The incubator transport, on Netty 4.1. */
    INCUBATOR("incubator", "netty41.IncubatorTransport"),
    ZCRX("zcrx", "netty42.ZcrxTransport");

    private final String label;
    private final String transport;

    Peer(String label, String transport) {
        this.label = label;
        this.transport = "net.zcrx.benchmarks." + transport;
    }

    public static Peer of(String label) {
        return Arrays.stream(values())
                .filter(peer -> peer.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no peer " + label + "; there are "
                        + Arrays.stream(values()).map(Peer::toString).collect(Collectors.joining(", ")) + '.'));
    }

    /** Returns the name of the class that the server uses. */
    String transport() {
        return transport;
    }

    String classPath(Home home) {
        return this == INCUBATOR ? home.incubatorClassPath() : home.classPath();
    }

    /** Returns all transports but zcrx. */
    static List<Peer> others() {
        return Arrays.stream(values()).filter(peer -> peer != ZCRX).collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return label;
    }
}
