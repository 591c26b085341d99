// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.zcrx.nic.check.ZeroCopyCheck;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Native;

/** A queue of a NIC that a ring of the calling thread has bound. */
public final class HeldQueue {
    private static final int FLAGS = 1 << 12 | 1 << 13 | 1 << 18;
    public static final int AREA_BYTES = 4 << 20;

    private final FileDescriptor ring;
    private final long area;

    private HeldQueue(FileDescriptor ring, long area) {
        this.ring = ring;
        this.area = area;
    }

    public interface Action {
        void run() throws Exception;
    }

    /** Binds the queue, runs the action, and waits until the kernel has given the queue back. */
    public static void whileBound(String interfaceName, int queue, Action action) throws Exception {
        int index = NicInspector.inspect(interfaceName).interfaceIndex();
        ByteBuffer params = ByteBuffer.allocateDirect(120).order(ByteOrder.nativeOrder());
        params.putInt(8, FLAGS);
        HeldQueue held = new HeldQueue(
                new FileDescriptor(Native.setupRing(1, Buffer.memoryAddress(params))), Native.mmap(AREA_BYTES, 0));
        try {
            InterfaceQueue.register(
                    held.ring.intValue(), new InterfaceQueue.Request(1024, held.area, AREA_BYTES).on(index, queue));
            action.run();
        } finally {
            held.close();
        }
        ZeroCopyCheck.awaitRelease(interfaceName, queue);
    }

    private void close() throws IOException {
        ring.close();
        Native.munmap(area, AREA_BYTES);
    }
}
