package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An io_uring that nothing is submitted to: it is there to ask the kernel what a loop's ring could do. Opened, used and
 * closed by one thread.
 */
public final class ProbeRing implements AutoCloseable {
    private static final int SINGLE_ISSUER = 1 << 12;
    private static final int DEFER_TASKRUN = 1 << 13;
    private static final int CQE_MIXED = 1 << 18;

    private static final int PARAMS_BYTES = 120;
    private static final int PARAMS_FLAGS = 8;

    private static final int REGISTER_PROBE = 8;
    private static final int PROBE_HEADER_BYTES = 16;
    private static final int PROBE_OP_BYTES = 8;
    private static final int PROBE_OP_FLAGS = 2;
    private static final int PROBE_OPS = 256;
    private static final int OP_SUPPORTED = 1;

    private final FileDescriptor ring;

    private ProbeRing(int fd) {
        ring = new FileDescriptor(fd);
    }

    /** Why no ring can be had here, as an errno; 0 if it can. */
    public static int setupError() {
        return closeOrError(setup(0));
    }

    /** Whether a ring can be set up as zero-copy receive needs it, with completions of two sizes (6.18). */
    public static boolean hasMixedCompletions() {
        return closeOrError(setup(SINGLE_ISSUER | DEFER_TASKRUN | CQE_MIXED)) == 0;
    }

    /** Whether the kernel knows an operation such as {@link Uring#OP_RECV_ZC}. */
    public static boolean supports(int operation) {
        int fd = setup(0);
        if (fd < 0) {
            return false;
        }
        int bytes = PROBE_HEADER_BYTES + PROBE_OPS * PROBE_OP_BYTES;
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(bytes);
        try (ProbeRing probe = new ProbeRing(fd)) {
            ByteBuffer answer = zero(memory.buffer());
            int result =
                    Native.register(probe.ring.intValue(), REGISTER_PROBE, Buffer.memoryAddress(answer), PROBE_OPS);
            int flags = answer.getShort(PROBE_HEADER_BYTES + operation * PROBE_OP_BYTES + PROBE_OP_FLAGS);
            return result == 0 && (flags & OP_SUPPORTED) != 0;
        } finally {
            memory.clean();
        }
    }

    /**
     * Registers a queue of a NIC for zero-copy receive and gives it back at once. The kernel resets the queue for
     * that, and gives it back only a moment after this returns.
     *
     * @param areaBytes more than the queue's ring of receive buffers takes
     * @return the errno of the registration, 0 if it worked
     */
    public static int bind(int interfaceIndex, int queue, long areaBytes) {
        int fd = setup(SINGLE_ISSUER | DEFER_TASKRUN | CQE_MIXED);
        if (fd < 0) {
            return -fd;
        }
        long area = Native.mmap(areaBytes, 0);
        if (area < 0) {
            closeOrError(fd);
            return (int) -area;
        }
        InterfaceQueue bound = null;
        try (ProbeRing probe = new ProbeRing(fd)) {
            int entries = Integer.highestOneBit((int) (areaBytes / Native.pageSize()));
            bound = InterfaceQueue.register(
                    probe.ring.intValue(),
                    new InterfaceQueue.Request(Math.min(entries, RefillRing.MAX_ENTRIES), area, areaBytes)
                            .on(interfaceIndex, queue));
            return 0;
        } catch (InterfaceQueue.RefusedException e) {
            return e.errno();
        } finally {
            if (bound != null) {
                bound.free();
            }
            Native.munmap(area, areaBytes);
        }
    }

    private static int setup(int flags) {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(PARAMS_BYTES);
        try {
            ByteBuffer params = zero(memory.buffer()).putInt(PARAMS_FLAGS, flags);
            return Native.setupRing(1, Buffer.memoryAddress(params));
        } finally {
            memory.clean();
        }
    }

    private static int closeOrError(int fd) {
        if (fd < 0) {
            return -fd;
        }
        new ProbeRing(fd).close();
        return 0;
    }

    private static ByteBuffer zero(ByteBuffer memory) {
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, (byte) 0);
        }
        return memory;
    }

    @Override
    public void close() {
        try {
            ring.close();
        } catch (IOException e) {
            // The descriptor is gone all the same.
        }
    }
}
