package net.zcrx;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import net.zcrx.memory.Area;
import net.zcrx.receive.CopyReceiver;
import net.zcrx.receive.Receiver;
import net.zcrx.uring.RingFd;

/** A loop's receiver, and why it is the one it is. */
final class Reception {
    private final Receiver receiver;
    private final ZcrxMode mode;
    private final String reason;

    private Reception(Receiver receiver, ZcrxMode mode, String reason) {
        this.receiver = receiver;
        this.mode = mode;
        this.reason = reason;
    }

    /** @throws RuntimeException if the kernel refuses what the config demands */
    static Reception open(IoUringIoHandler uring, ZcrxIoHandlerConfig config) {
        int ring = RingFd.of(uring);
        Area area = Area.allocate(config.areaBytes());
        try {
            Receiver receiver = new CopyReceiver(
                    ring, area, config.chunkBytes(), IoUring.isRegisterBufferRingIncSupported(), uring::wakeup);
            return new Reception(receiver, ZcrxMode.COPY, "");
        } catch (RuntimeException e) {
            area.release();
            throw e;
        }
    }

    Receiver receiver() {
        return receiver;
    }

    ZcrxMode mode() {
        return mode;
    }

    String reason() {
        return reason;
    }
}
