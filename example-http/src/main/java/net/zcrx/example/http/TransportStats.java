// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;

/**
 * The counts of a transport for the bytes that it has received. Safe to call on any thread; every number is a snapshot.
 */
interface TransportStats {
    /** The way bytes are received, such as {@code COPY} or {@code ZERO_COPY}. */
    String mode();

    /** Returns a sentence that says why it is that mode and not another. */
    String modeReason();

    /** Bytes that reached the pipeline in the very pages that the NIC wrote, since the start. */
    long zeroCopyBytes();

    /** Bytes that were copied on their way to the pipeline, since the start. */
    long copiedBytes();

    /** Received buffers that were handed to the application and not released yet. */
    long heldBuffers();

    /** Adds the transport's own meters, whose names begin with its name; none if it has none. */
    default void bindTo(MeterRegistry registry) {}

    /** Called once for each accepted connection, before its first byte is read. */
    default void observe(Channel accepted) {}
}
