// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.util.internal.NativeLibraryLoader;
import io.netty.util.internal.PlatformDependent;

/**
 * The system calls that neither Java nor Netty offers. Every method is one call; a negative result is the negated
 * errno ({@link Errno}). All logic is in Java: the C side holds calls, sizes and offsets.
 */
public final class Native {
    /** The version that this class expects of the library; see jni.c. */
    private static final int VERSION = 5;

    private static final Throwable LOAD_FAILURE = load();

    /** Map with {@code MAP_HUGETLB}: fails with {@code ENOMEM} unless the system has huge pages set aside. */
    public static final int MAP_HUGE = 1;

    /** Touch every page now, so that the memory is there when the kernel first writes to it. */
    public static final int MAP_POPULATE = 2;

    /** Give pages back to the system: they read as zeroes when they are touched next ({@code MADV_DONTNEED}). */
    public static final int MADV_DONTNEED = 4;

    /** Give pages of a file in memory back to the system, for all who have it mapped ({@code MADV_REMOVE}). */
    public static final int MADV_REMOVE = 9;

    /** Ask for transparent huge pages ({@code MADV_HUGEPAGE}). */
    public static final int MADV_HUGEPAGE = 14;

    /** Touch every page of a mapping as if writing to it ({@code MADV_POPULATE_WRITE}, Linux 5.14): tells errors. */
    public static final int MADV_POPULATE_WRITE = 23;

    /** More follows soon: data that would not fill a packet waits for it ({@code MSG_MORE} of {@code send(2)}). */
    public static final int MSG_MORE = 0x8000;

    private Native() {}

    /** Why the native library could not be loaded, or {@code null} if it was. Loads it at the first call. */
    public static Throwable loadFailure() {
        return LOAD_FAILURE;
    }

    /**
     * {@code mmap(2)}: maps {@code length} bytes (a multiple of the page size) of private zeroed memory; returns its
     * address.
     */
    public static native long mmap(long length, int flags);

    /**
     * {@code memfd_create(2)}: a file of {@code length} zeroed bytes in memory, which can be sealed; its descriptor.
     *
     * @param flags 0 or {@link #MAP_HUGE}
     */
    public static native int memoryFile(long length, int flags);

    /** {@code mmap(2)}: maps the first {@code length} bytes of a file, shared with whoever maps it; their address. */
    public static native long mapFile(int fd, long length, boolean writable);

    /** {@code fstat(2)}: stores device, inode, size in bytes and owner, four longs, at {@code address}. */
    public static native int status(int fd, long address);

    /** The system call {@code fcntl(2)}. */
    public static native int fcntl(int fd, int command, int argument);

    /** {@code munmap(2)}: unmaps what {@link #mmap(long, int)} or {@link #mapFile} returned. */
    public static native int munmap(long address, long length);

    /** {@code madvise(2)}: advice is one of {@code MADV_...}. */
    public static native int madvise(long address, long length, int advice);

    /** {@code io_uring_register(2)}: {@code argument} is an address or a number, as {@code opcode} wants it. */
    public static native int register(int ring, int opcode, long argument, int count);

    /** {@code io_uring_setup(2)}; {@code params} is the address of its 120 bytes. Returns the ring's descriptor. */
    public static native int setupRing(int entries, long params);

    /**
     * {@code io_uring_enter(2)} that submits nothing: waits until {@code count} completions are in the queue, at most
     * {@code nanos} ({@code ETIME}). On the thread that submits only: a ring with {@code IORING_SETUP_DEFER_TASKRUN}
     * refuses {@code IORING_ENTER_GETEVENTS} on any other (Linux 6.1). The time limit is {@code ts} of {@code struct
     * io_uring_getevents_arg} ({@code IORING_ENTER_EXT_ARG}, Linux 5.11).
     */
    public static native int await(int ring, int count, long nanos);

    /**
     * {@code futex(2)} with FUTEX_WAKE: wakes one that waits for the number at {@code address}, in whatever process;
     * returns how many that were.
     */
    public static native int futexWake(long address);

    /** {@code netlink(7)}: opens a raw, non-blocking socket of this protocol, which {@link #ioctl} takes, too. */
    public static native int netlinkSocket(int protocol);

    /** {@code unix(7)}: opens a non-blocking socket whose messages keep their bounds ({@code SOCK_SEQPACKET}). */
    public static native int domainSocket();

    /** {@code ioctl(2)}: {@code argument} is an address or a number, as {@code request} wants it. */
    public static native int ioctl(int fd, long request, long argument);

    /** {@code send(2)} that does not wait, whatever the socket's mode: {@code EAGAIN} if the socket is full. */
    public static native int send(int socket, long address, int length);

    /**
     * {@code sendmsg(2)} of the message header at {@code header}, which does not wait as {@link #send} does not.
     *
     * @param flags more of sendmsg's, as {@link #MSG_MORE}
     */
    public static native int sendMessage(int socket, long header, int flags);

    /**
     * {@code recvmsg(2)} into the message header at {@code header}, which does not wait: {@code EAGAIN} if there is no
     * message, 0 at the end. Descriptors that come with it are closed by {@code execve(2)}.
     */
    public static native int receiveMessage(int socket, long header);

    /**
     * {@code sendfile(2)} that does not wait for the socket, a blocking one: {@code EAGAIN} if it is full, 0 at the
     * file's end. On the thread only that submits the socket's requests, as it is a non-blocking one meanwhile.
     */
    public static native long sendFile(int socket, int file, long offset, long count);

    /** Clears {@code O_NONBLOCK}: io_uring arms its own poll for blocking descriptors only. */
    public static native int setBlocking(int fd);

    /** The descriptor of an open {@code FileChannel}, or of the one in a {@code DefaultFileRegion}. */
    public static native int fileDescriptor(Object fileChannelOrRegion);

    /** Sets the transferred bytes that a {@code DefaultFileRegion} reports: {@code EINVAL} if it has no such field. */
    public static native int setTransferred(Object region, long bytes);

    /**
     * {@code getrlimit(2)}: {@code RLIMIT_MEMLOCK}'s soft limit in bytes, or {@link Long#MAX_VALUE} if there is none.
     */
    public static native long memoryLockLimit();

    /** The size of a page in bytes. */
    public static native int pageSize();

    private static native int version();

    private static Throwable load() {
        try {
            NativeLibraryLoader.load(
                    "zcrx_native_" + PlatformDependent.normalizedArch(), Native.class.getClassLoader());
            // A library from before there were versions has no such method, which is an error as well.
            int version = version();
            return version == VERSION
                    ? null
                    : new UnsatisfiedLinkError(
                            "it has version " + version + " of what these classes need in version " + VERSION);
        } catch (Throwable cause) {
            return cause;
        }
    }
}
