// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

/** The load that is measured. */
public enum Task {
    HAND_OVER_64K("received pages, messages of 64 KiB, not read", Service.DROP, 1, 64 * 1024, true),
    HAND_OVER_1M("received pages, messages of 1 MiB, not read", Service.DROP, 1, 1 << 20, true),
    READ_64K("received pages, messages of 64 KiB, each byte read", Service.SUM, 1, 64 * 1024, true),
    READ_1M("received pages, messages of 1 MiB, each byte read", Service.SUM, 1, 1 << 20, true),
    COPY_64K("any memory, messages of 64 KiB, each byte read", Service.SUM, 1, 64 * 1024, false),
    PING_64("ping-pong of 64 B", Service.ECHO, 1, 64, false),
    REQUESTS_1K("200 connections, 1 KiB there and back", Service.ECHO, 200, 1024, false);

    private final String title;
    final Service service;
    final int connections;
    final int bytes;
    final boolean received;

    Task(String title, Service service, int connections, int bytes, boolean received) {
        this.title = title;
        this.service = service;
        this.connections = connections;
        this.bytes = bytes;
        this.received = received;
    }

    public String title() {
        return title;
    }

    /** Whether each message has an answer. */
    public boolean isEcho() {
        return service == Service.ECHO;
    }
}
