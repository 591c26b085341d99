// SPDX-License-Identifier: Apache-2.0
package relocated_by.test.net.zcrx.uring;

/** What {@link net.zcrx.uring.Native} looks like to its library once an application has shaded it. */
public final class Native {
    private Native() {}

    public static void load(String path) {
        System.load(path);
    }

    public static native long mmap(long length, int flags);

    public static native int memoryFile(long length, int flags);

    public static native long mapFile(int fd, long length, boolean writable);

    public static native int status(int fd, long address);

    public static native int fcntl(int fd, int command, int argument);

    public static native int munmap(long address, long length);

    public static native int madvise(long address, long length, int advice);

    public static native int register(int ring, int opcode, long argument, int count);

    public static native int setupRing(int entries, long params);

    public static native int await(int ring, int count, long nanos);

    public static native int futexWake(long address);

    public static native int netlinkSocket(int protocol);

    public static native int domainSocket();

    public static native int ioctl(int fd, long request, long argument);

    public static native int send(int socket, long address, int length);

    public static native int sendMessage(int socket, long header, int flags);

    public static native int receiveMessage(int socket, long header);

    public static native long sendFile(int socket, int file, long offset, long count);

    public static native int setBlocking(int fd);

    public static native int fileDescriptor(Object fileChannelOrRegion);

    public static native int setTransferred(Object region, long bytes);

    public static native long memoryLockLimit();

    public static native int pageSize();

    private static native int version();
}
