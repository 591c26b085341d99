// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * An io_uring that nothing is submitted to: it is there to ask the kernel what a loop's ring could do. Opened, used and
 * closed by one thread.
 *
 * <p>Layouts are those of the kernel's {@code include/uapi/linux/io_uring.h}; {@code zcrx_abi.h} of the native library
 * asserts them. A row is 16 bytes.
 *
 * <pre>
 *      struct io_uring_params                  argument of io_uring_setup(2)
 *      +---------------+---------------+---------------+---------------+
 *   0  | sq_entries    | cq_entries    | flags         | sq_thread_cpu |
 *  16  | zero here                                       (to byte 120) |
 *      +---------------+---------------+---------------+---------------+
 *      struct io_uring_probe                   argument of IORING_REGISTER_PROBE
 *      +---+---+-------+---------------+---------------+---------------+
 *   0  |last_op, ops_len, reserved                                     |
 *  16  |op |res| flags | reserved      | ... one of these 8 bytes for each operation
 *      +---+---+-------+---------------+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_setup.2.html">io_uring_setup(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_register.2.html">io_uring_register(2)</a>
 */
public final class ProbeRing implements AutoCloseable {
    private static final int SETUP_CQSIZE = 1 << 3;
    private static final int SETUP_CLAMP = 1 << 4;
    private static final int SETUP_R_DISABLED = 1 << 6;
    private static final int SETUP_SUBMIT_ALL = 1 << 7;
    private static final int SETUP_TASKRUN_FLAG = 1 << 9;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int SETUP_DEFER_TASKRUN = 1 << 13;
    private static final int SETUP_NO_SQARRAY = 1 << 16;
    private static final int SETUP_CQE_MIXED = 1 << 18;

    /** The flags that Netty sets a loop's ring up with. */
    private static final int LOOP = SETUP_R_DISABLED
            | SETUP_CQSIZE
            | SETUP_CLAMP
            | SETUP_SUBMIT_ALL
            | SETUP_TASKRUN_FLAG
            | SETUP_SINGLE_ISSUER
            | SETUP_DEFER_TASKRUN;
    /** Flags that Netty adds on newer kernels (Linux 6.6 and 6.18), with which a ring takes other amounts of memory. */
    private static final int LOOP_ON_NEWER = SETUP_NO_SQARRAY | SETUP_CQE_MIXED;
    /** The flags that zero-copy receive asks of a ring. */
    private static final int ZERO_COPY = SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_CQE_MIXED;
    /** The operations that no loop does without. */
    private static final byte[] NEEDED = {
        Uring.OP_NOP,
        Uring.OP_POLL_ADD,
        Uring.OP_SENDMSG,
        Uring.OP_ACCEPT,
        Uring.OP_ASYNC_CANCEL,
        Uring.OP_SEND,
        Uring.OP_RECV
    };

    /** Made before it is needed: without descriptors no class can be loaded. */
    private static final RingRefusal NO_DESCRIPTOR = new RingRefusal("io_uring_setup", Errno.EMFILE);

    private static final int MEMORY_TRIES = 20;
    private static final long MEMORY_PAUSE_NANOS = 10_000_000;

    private static final int PARAMS_BYTES = 120;
    private static final int PARAMS_CQ_ENTRIES = 4;
    private static final int PARAMS_FLAGS = 8;

    private static final int REGISTER_PROBE = 8;
    private static final int REGISTER_ENABLE_RINGS = 12;
    private static final int PROBE_OPS = 16;
    private static final int PROBE_OP_FLAGS = 2;
    private static final int PROBE_OP_BYTES = 8;
    private static final int PROBE_OP_COUNT = 256;
    private static final int IO_URING_OP_SUPPORTED = 1;

    private final FileDescriptor ring;

    private ProbeRing(int fd) {
        ring = new FileDescriptor(fd);
    }

    /** Returns the result of {@link #refusal(int, int)} for the smallest ring. */
    public static RingRefusal refusal() {
        return refusal(1, 2);
    }

    /**
     * Tries a ring that is set up as a loop's is, enabled and entered once.
     *
     * @param entries of the submission queue
     * @param completions that the other queue takes
     * @return the refusal of the kernel; {@code null} if it refuses nothing
     */
    public static RingRefusal refusal(int entries, int completions) {
        int fd = setupAsLoop(entries, completions);
        // The memory of rings that were closed is given back a moment later, and until then counts as locked.
        for (int i = 0; fd == -Errno.ENOMEM && i < MEMORY_TRIES; i++) {
            LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
            fd = setupAsLoop(entries, completions);
        }
        if (fd < 0) {
            return new RingRefusal("io_uring_setup", -fd);
        }
        try (ProbeRing probe = new ProbeRing(fd)) {
            int result = Native.register(fd, REGISTER_ENABLE_RINGS, 0, 0);
            if (result < 0) {
                return new RingRefusal("io_uring_register", -result);
            }
            result = Native.await(fd, 0, 0);
            if (result < 0 && result != -Errno.ETIME) {
                return new RingRefusal("io_uring_enter", -result);
            }
            byte missing = probe.firstUnsupported(NEEDED);
            return missing < 0 ? null : new RingRefusal("operation " + missing + " of io_uring", Errno.EINVAL);
        }
    }

    /** Returns the refusal if fewer descriptors than this are left at this moment, else {@code null}. */
    public static RingRefusal refusalOfDescriptors(int count) {
        int fd = Native.netlinkSocket(0);
        try {
            if (fd == -Errno.EMFILE || fd == -Errno.ENFILE) {
                return NO_DESCRIPTOR;
            }
            return count == 1 ? null : refusalOfDescriptors(count - 1);
        } finally {
            closeOrError(fd);
        }
    }

    private static int setupAsLoop(int entries, int completions) {
        int fd = setup(entries, completions, LOOP | LOOP_ON_NEWER);
        return fd == -Errno.EINVAL ? setup(entries, completions, LOOP) : fd;
    }

    /** Whether a ring can be set up as zero-copy receive needs it, with completions of two sizes (6.18). */
    public static boolean hasMixedCompletions() {
        return closeOrError(setup(ZERO_COPY)) == 0;
    }

    /** Whether the kernel knows an operation such as {@link Uring#OP_RECV_ZC}. */
    public static boolean supports(byte operation) {
        int fd = setup(0);
        if (fd < 0) {
            return false;
        }
        try (ProbeRing probe = new ProbeRing(fd)) {
            return probe.firstUnsupported(operation) < 0;
        }
    }

    /** The first of these operations that the kernel does not know, or -1. */
    private byte firstUnsupported(byte... operations) {
        int bytes = PROBE_OPS + PROBE_OP_COUNT * PROBE_OP_BYTES;
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(bytes);
        try {
            ByteBuffer answer = zero(memory.buffer());
            Native.register(ring.intValue(), REGISTER_PROBE, Buffer.memoryAddress(answer), PROBE_OP_COUNT);
            for (byte operation : operations) {
                // Without an answer all stays zero: none is supported.
                int flags = answer.getShort(PROBE_OPS + operation * PROBE_OP_BYTES + PROBE_OP_FLAGS);
                if ((flags & IO_URING_OP_SUPPORTED) == 0) {
                    return operation;
                }
            }
            return -1;
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
        int fd = setup(ZERO_COPY);
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
        return setup(1, 0, flags);
    }

    private static int setup(int entries, int completions, int flags) {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(PARAMS_BYTES);
        try {
            ByteBuffer params =
                    zero(memory.buffer()).putInt(PARAMS_CQ_ENTRIES, completions).putInt(PARAMS_FLAGS, flags);
            return Native.setupRing(entries, Buffer.memoryAddress(params));
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
            // The descriptor is closed anyway.
        }
    }
}
