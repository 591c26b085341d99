// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;

/** A descriptor that a ring watches: the loop's thread runs a task whenever there is something to read from it. */
public final class Descriptor implements IoUringIoHandle {
    private static final byte OP_POLL_ADD = 6;
    private static final int POLLIN = 1;

    private final int fd;
    private final Runnable readable;
    private IoRegistration registration;

    private Descriptor(int fd, Runnable readable) {
        this.fd = fd;
        this.readable = readable;
    }

    /** Begins the watch, on the loop's thread. It ends with the ring. */
    public static void watch(int fd, IoHandler ring, Runnable readable) throws Exception {
        Descriptor descriptor = new Descriptor(fd, readable);
        descriptor.registration = ring.register(descriptor);
        descriptor.poll();
    }

    private void poll() {
        registration.submit(new IoUringIoOps(
                OP_POLL_ADD, (byte) 0, (short) 0, fd, 0, 0, 0, POLLIN, 0L, (short) 0, (short) 0, 0, 0));
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        if (!registration.isValid()) {
            return;
        }
        try {
            readable.run();
        } finally {
            poll();
        }
    }

    @Override
    public void close() {
        registration.cancel();
    }
}
