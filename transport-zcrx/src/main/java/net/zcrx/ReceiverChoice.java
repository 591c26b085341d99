// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.nic.NicException;
import net.zcrx.nic.QueueName;
import net.zcrx.receive.CopyReceiver;
import net.zcrx.receive.GroupQueues;
import net.zcrx.receive.QueueBinder;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.SharedQueue;
import net.zcrx.uring.LockedMemory;
import net.zcrx.uring.RingFd;
import net.zcrx.uring.ZeroCopyFeatures;

/** A loop's receiver, its mode, and why it is not a better one. */
final class ReceiverChoice {
    private final Receiver receiver;
    private final ZcrxMode mode;
    private final String reason;

    private ReceiverChoice(Receiver receiver, ZcrxMode mode, String reason) {
        this.receiver = receiver;
        this.mode = mode;
        this.reason = reason;
    }

    /**
     * @param index the loop's number in its group
     * @param eventUserData of completions that tell a kernel event
     * @param queues of the group
     * @param copyBytes of the area if the loop receives by copy
     * @throws IllegalStateException if the kernel refuses a setting that the config demands
     */
    static ReceiverChoice open(
            IoUringIoHandler uring,
            Runnable wakeup,
            ZcrxIoHandlerConfig config,
            int index,
            long eventUserData,
            GroupQueues queues,
            long copyBytes) {
        int ring = RingFd.of(uring);
        return switch (config.mode()) {
            case COPY -> copy(wakeup, ring, config, copyBytes, "");
            case ZERO_COPY, KERNEL_COPY -> {
                try {
                    yield zeroCopy(wakeup, ring, config, index, eventUserData, queues);
                } catch (NicException e) {
                    throw new IllegalStateException(
                            "Mode " + config.mode() + " was demanded but does not work: " + e.getMessage(), e);
                }
            }
            case AUTO -> {
                if (config.interfaceQueues().isEmpty()) {
                    yield copy(wakeup, ring, config, copyBytes, config.noQueues());
                }
                try {
                    yield zeroCopy(wakeup, ring, config, index, eventUserData, queues);
                } catch (NicException e) {
                    yield copy(wakeup, ring, config, copyBytes, e.getMessage());
                }
            }
        };
    }

    private static ReceiverChoice copy(
            Runnable wakeup, int ring, ZcrxIoHandlerConfig config, long bytes, String reason) {
        Area area = Area.allocate(bytes, config.sharedMemory());
        try {
            Receiver receiver = new CopyReceiver(
                    ring, area, config.chunkBytes(), IoUring.isRegisterBufferRingIncSupported(), wakeup);
            return new ReceiverChoice(receiver, ZcrxMode.COPY, reason);
        } catch (RuntimeException | Error e) {
            area.release();
            throw e;
        }
    }

    private static ReceiverChoice zeroCopy(
            Runnable wakeup, int ring, ZcrxIoHandlerConfig config, int index, long eventUserData, GroupQueues queues)
            throws NicException {
        ZeroCopyFeatures features = ZeroCopyFeatures.query();
        if (config.mode() == ZcrxMode.KERNEL_COPY) {
            QueueBinder binder = QueueBinder.withoutNic(settings(config), features);
            return bound(binder.bind(ring, eventUserData, wakeup), config);
        }
        List<QueueName> names = config.interfaceQueues();
        if (names.isEmpty()) {
            throw new NicException(
                    config.isLeaseMissing()
                            ? config.noQueues()
                            : "No interface queue is configured. Name one with ZcrxIoHandlerConfig.interfaceQueue.");
        }
        QueueName name = names.get(index % names.size());
        SharedQueue shared = queues.find(name);
        if (shared != null) {
            return new ReceiverChoice(shared.share(ring, wakeup), ZcrxMode.ZERO_COPY, "");
        }
        NicException refusal = queues.refusal(name);
        if (refusal != null && index >= names.size()) {
            throw refusal;
        }
        try {
            QueueBinder binder = QueueBinder.of(name, settings(config), features);
            requireSharing(features, config, index);
            QueueBinder.Bound bound = binder.bind(ring, eventUserData, wakeup);
            queues.add(bound.receiver().queue());
            return bound(bound, config);
        } catch (NicException e) {
            queues.refuse(name, e);
            throw e;
        }
    }

    private static QueueBinder.Settings settings(ZcrxIoHandlerConfig config) {
        return new QueueBinder.Settings(
                config.queueAreaBytes(),
                config.maxAreaBytes(),
                config.receiveBufferBytes(),
                config.mode() == ZcrxMode.AUTO,
                config.sharedMemory());
    }

    /**
     * A connection may arrive on any queue of the group, and a loop that cannot follow it could not read it at all. How
     * many loops there will be is not known at the first one.
     */
    private static void requireSharing(ZeroCopyFeatures features, ZcrxIoHandlerConfig config, int index)
            throws NicException {
        if (!features.hasExport() && (index > 0 || config.mode() == ZcrxMode.AUTO)) {
            throw new NicException("This kernel cannot share interface queues between event loops. Use Linux 6.19 or"
                    + " later; or, with a single event loop, demand mode ZERO_COPY.");
        }
    }

    private static ReceiverChoice bound(QueueBinder.Bound bound, ZcrxIoHandlerConfig config) {
        String reason = bound.areaBytes() == config.queueAreaBytes()
                ? ""
                : "with an area of " + bound.areaBytes() + " bytes instead of " + config.queueAreaBytes()
                        + ", for more memory may not be locked. " + LockedMemory.remedy();
        ZcrxMode mode = config.mode() == ZcrxMode.KERNEL_COPY ? ZcrxMode.KERNEL_COPY : ZcrxMode.ZERO_COPY;
        return new ReceiverChoice(bound.receiver(), mode, reason);
    }

    Receiver receiver() {
        return receiver;
    }

    ZcrxMode mode() {
        return mode;
    }

    /** Why the mode is not a better one, or what else there is to know; empty if nothing. */
    String reason() {
        return reason;
    }
}
