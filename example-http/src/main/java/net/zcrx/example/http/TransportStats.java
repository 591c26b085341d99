// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.channel.Channel;
import java.util.Map;

/** What a transport says of the bytes it has received. Safe to call on any thread; every number is a snapshot. */
interface TransportStats {
    /** The way bytes are received, such as {@code COPY} or {@code ZERO_COPY}. */
    String mode();

    /** Why that way and not another, as a sentence. */
    String modeReason();

    /** Bytes that reached the pipeline in the very pages that the NIC wrote, since the start. */
    long zeroCopyBytes();

    /** Bytes that were copied on their way to the pipeline, since the start. */
    long copiedBytes();

    /** Received buffers that were handed to the application and not released yet. */
    long heldBuffers();

    /** Bytes of memory, neither heap nor direct memory, that it has mapped to receive into. */
    default long areaBytes() {
        return 0;
    }

    /** Of those, the bytes that may take memory of the system now. */
    default long residentBytes() {
        return 0;
    }

    /** The transport's own counters, name to value; empty for a transport that has none. */
    Map<String, Long> counters();

    /** Called once for each accepted connection, before its first byte is read. */
    default void observe(Channel accepted) {}
}
