// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Uring;

/**
 * Hears the kernel's events of an interface queue. They are completions that nobody submitted
 * ({@code zcrx_send_notif()} in {@code io_uring/zcrx.c}), with user data that is named when the queue is registered;
 * Netty hands a completion to the registration whose number is in its user data's upper half. Ours is the first of its
 * handler, number 1; that is checked with a submission of our own.
 */
public final class KernelEvents implements IoUringIoHandle {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(KernelEvents.class);

    private static final long REGISTRATION = 1;
    private static final short CHECK = 1;
    /** The user data that the kernel puts into an event's completion: operation NOP, data 0. */
    public static final long USER_DATA = REGISTRATION << Integer.SIZE;

    private final ZeroCopyReceiver receiver;
    private IoRegistration registration;

    private KernelEvents(ZeroCopyReceiver receiver) {
        this.receiver = receiver;
    }

    /** Begins to listen; called on the loop's thread, before anything else is registered. */
    public static void listen(IoUringIoHandler uring, ZeroCopyReceiver receiver) {
        KernelEvents events = new KernelEvents(receiver);
        events.registration = Registrations.register(uring, events);
        long userData = events.registration.submit(Uring.nop(CHECK));
        if (userData >>> Integer.SIZE != REGISTRATION) {
            receiver.stopListening();
            LOGGER.warn("Netty numbers its registrations in another way than expected: events of the kernel about a "
                    + "lack of pages will not be heard. Use a Netty version that this transport was tested with.");
        }
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.userData() != CHECK && completion.res() == InterfaceQueue.EVENT_ALLOC_FAIL) {
            receiver.starved();
        }
    }

    @Override
    public void close() {
        registration.cancel();
    }
}
