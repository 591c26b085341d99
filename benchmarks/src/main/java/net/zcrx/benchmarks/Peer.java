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
    /** The one on Netty 4.1. */
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

    /** The class that the server is told to use. */
    String transport() {
        return transport;
    }

    String classPath(Home home) {
        return this == INCUBATOR ? home.incubatorClassPath() : home.classPath();
    }

    /** All but ours. */
    static List<Peer> others() {
        return Arrays.stream(values()).filter(peer -> peer != ZCRX).collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return label;
    }
}
