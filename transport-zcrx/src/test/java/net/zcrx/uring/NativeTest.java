// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.net.NetworkInterface;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has the tag "kernel" asks for what an emulator of a processor does not pass on to the kernel. */
class NativeTest {
    private static final int O_NONBLOCK = 04000;
    private static final int MADV_DONTNEED = 4;

    @TempDir
    Path directory;

    @BeforeAll
    static void loadLibraries() {
        assertNull(Native.loadFailure(), () -> "the native library does not load: " + Native.loadFailure());
        // Loads Netty's library, which makes a ByteBuffer of an address: it does so where io_uring is missing, too.
        IoUring.isAvailable();
    }

    @Test
    void shouldMapZeroedMemory() {
        int length = 16 * Native.pageSize();
        long address = Native.mmap(length, 0);
        assertTrue(address > 0, () -> "mmap: " + address);
        ByteBuffer memory = Buffer.wrapMemoryAddress(address, length);
        assertEquals(length, memory.capacity());
        for (int i = 0; i < length; i++) {
            assertEquals(0, memory.get(i));
            memory.put(i, (byte) i);
        }
        for (int i = 0; i < length; i++) {
            assertEquals((byte) i, memory.get(i));
        }
        assertEquals(0, Native.munmap(address, length));
    }

    @Test
    void shouldMapPopulatedMemory() {
        int length = 4 * Native.pageSize();
        long address = Native.mmap(length, Native.MAP_POPULATE);
        assertEquals(0, Buffer.wrapMemoryAddress(address, length).get(length - 1));
        assertEquals(0, Native.munmap(address, length));
    }

    @Test
    void shouldReturnErrorOfMapping() {
        assertEquals(-Errno.EINVAL, Native.mmap(0, 0));
        assertEquals(-Errno.EINVAL, Native.mmap(Native.pageSize(), 1 << 30));
        assertEquals(-Errno.ENOMEM, Native.mmap(Long.MAX_VALUE, 0));
        assertEquals(-Errno.EINVAL, Native.munmap(1, Native.pageSize()));
    }

    @Tag("kernel")
    @Test
    void shouldAdvise() {
        int length = 2 * Native.pageSize();
        long address = Native.mmap(length, 0);
        ByteBuffer memory = Buffer.wrapMemoryAddress(address, length).put(0, (byte) 1);
        assertEquals(0, Native.madvise(address, length, MADV_DONTNEED));
        assertEquals(0, memory.get(0), "private memory that is not needed reads as zeroes");
        assertEquals(-Errno.EINVAL, Native.madvise(address, length, -1));
        assertEquals(0, Native.munmap(address, length));
    }

    @Tag("kernel")
    @Test
    void shouldReturnErrorOfRegister() {
        assertEquals(-Errno.EBADF, Native.register(Integer.MAX_VALUE, 0, 0, 0));
    }

    @Tag("kernel")
    @Test
    void shouldReturnErrorOfRingSetup() {
        assertEquals(-Errno.EFAULT, Native.setupRing(1, 0));
    }

    @Tag("kernel")
    @Test
    void shouldControlDeviceByNetlinkSocket() throws IOException {
        int netlinkGeneric = 16;
        int getInterfaceIndex = 0x8933;
        FileDescriptor socket = new FileDescriptor(Native.netlinkSocket(netlinkGeneric));
        ByteBuffer request = ByteBuffer.allocateDirect(40).order(ByteOrder.nativeOrder());
        request.put(0, new byte[] {'l', 'o', 0});
        assertEquals(0, Native.ioctl(socket.intValue(), getInterfaceIndex, Buffer.memoryAddress(request)));
        assertEquals(NetworkInterface.getByName("lo").getIndex(), request.getInt(16));
        socket.close();
        assertEquals(-Errno.EBADF, Native.ioctl(socket.intValue(), getInterfaceIndex, Buffer.memoryAddress(request)));
        assertTrue(Native.netlinkSocket(-1) < 0);
    }

    @Test
    void shouldSetBlocking() throws IOException {
        Socket socket = Socket.newSocketStream();
        assertEquals(O_NONBLOCK, flags(socket.intValue()) & O_NONBLOCK);
        int others = flags(socket.intValue()) & ~O_NONBLOCK;
        assertEquals(0, Native.setBlocking(socket.intValue()));
        assertEquals(others, flags(socket.intValue()));
        socket.close();
        assertEquals(-Errno.EBADF, Native.setBlocking(-1));
    }

    @Test
    void shouldFindDescriptorOfFileChannel() throws IOException {
        Path path = Files.createFile(directory.resolve("file"));
        try (FileChannel channel = FileChannel.open(path);
                RandomAccessFile random = new RandomAccessFile(path.toFile(), "rw");
                FileInputStream stream = new FileInputStream(path.toFile())) {
            assertEquals(path, target(Native.fileDescriptor(channel)));
            assertEquals(path, target(Native.fileDescriptor(random.getChannel())));
            assertEquals(path, target(Native.fileDescriptor(stream.getChannel())));
        }
    }

    @Test
    void shouldRefuseClosedFileChannel() throws IOException {
        FileChannel channel = FileChannel.open(Files.createFile(directory.resolve("file")));
        channel.close();
        assertEquals(-Errno.EBADF, Native.fileDescriptor(channel));
        assertEquals(-Errno.EBADF, Native.fileDescriptor(new DefaultFileRegion(channel, 0, 1)));
    }

    @Test
    void shouldFindDescriptorOfFileRegionWhileItIsOpen() throws IOException {
        File file = Files.createFile(directory.resolve("file")).toFile();
        DefaultFileRegion region = new DefaultFileRegion(file, 0, 1);
        assertEquals(-Errno.EBADF, Native.fileDescriptor(region));
        region.open();
        assertEquals(file.toPath(), target(Native.fileDescriptor(region)));
        region.release();
        assertEquals(-Errno.EBADF, Native.fileDescriptor(region));
    }

    @Test
    void shouldFindDescriptorOfSubclassOfFileRegion() throws IOException {
        Path path = Files.createFile(directory.resolve("file"));
        DefaultFileRegion region = new DefaultFileRegion(FileChannel.open(path), 0, 1) {};
        assertEquals(path, target(Native.fileDescriptor(region)));
        region.release();
    }

    @Test
    void shouldSetTransferredBytesOfFileRegion() throws IOException {
        DefaultFileRegion region = new DefaultFileRegion(
                Files.createFile(directory.resolve("file")).toFile(), 0, 1L << 40);
        assertEquals(0, Native.setTransferred(region, 1L << 33));
        assertEquals(1L << 33, region.transferred());
        assertEquals(-Errno.EINVAL, Native.setTransferred("a string", 1));
    }

    @Test
    void shouldFindNoDescriptorInOtherObjects() throws IOException {
        assertEquals(-Errno.EINVAL, Native.fileDescriptor(null));
        assertEquals(-Errno.EINVAL, Native.fileDescriptor("a string"));
        assertEquals(-Errno.EINVAL, Native.fileDescriptor(new int[1]));
        assertEquals(-Errno.EINVAL, Native.fileDescriptor(new FieldOfOtherType()));
        try (SocketChannel channel = SocketChannel.open()) {
            assertEquals(-Errno.EINVAL, Native.fileDescriptor(channel));
        }
    }

    @Test
    void shouldFindNoDescriptorInFileChannelWithoutOne() throws IOException {
        Path zip = directory.resolve("a.zip");
        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path entry = Files.writeString(files.getPath("entry"), "text");
            try (FileChannel channel = FileChannel.open(entry, StandardOpenOption.READ)) {
                assertEquals(-Errno.EINVAL, Native.fileDescriptor(channel));
            }
        }
    }

    @Test
    void shouldTellMemoryLockLimit() throws IOException {
        String line = line(Path.of("/proc/self/limits"), "Max locked memory ");
        String soft = line.substring("Max locked memory ".length()).trim().split(" +")[0];
        assertEquals(soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft), Native.memoryLockLimit());
    }

    @Test
    void shouldTellPageSize() throws IOException {
        String kilobytes = line(Path.of("/proc/self/smaps"), "KernelPageSize:").replaceAll("[^0-9]", "");
        assertEquals(Integer.parseInt(kilobytes) * 1024, Native.pageSize());
    }

    @Test
    void shouldBindToClassRelocatedAlongWithNetty() throws IOException {
        relocated_by.test.net.zcrx.uring.Native.load(libraryNamed("relocated_1by_test_"));
        assertEquals(Native.pageSize(), relocated_by.test.net.zcrx.uring.Native.pageSize());
        assertEquals(-Errno.EINVAL, relocated_by.test.net.zcrx.uring.Native.fileDescriptor("a string"));
    }

    @Test
    void shouldBindToPlainClassWhereOnlyNettyIsRelocated() throws IOException {
        String library = libraryNamed("only_netty_");
        assertDoesNotThrow(() -> System.load(library));
        assertTrue(Native.pageSize() > 0);
    }

    @Test
    void shouldSayWhyWhereNoClassIsFound() throws Exception {
        String library = libraryNamed("");
        URL[] classes = {
            relocated_by.test.net.zcrx.uring.Native.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
        };
        try (URLClassLoader stranger = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = stranger.loadClass(relocated_by.test.net.zcrx.uring.Native.class.getName());
            Throwable cause = assertThrows(
                            InvocationTargetException.class,
                            () -> type.getMethod("load", String.class).invoke(null, library))
                    .getCause();
            assertEquals(UnsatisfiedLinkError.class, cause.getClass());
            assertTrue(
                    cause.getMessage().contains("relocate net.zcrx by the same prefix as io.netty"), cause::toString);
        }
    }

    /** A copy of the library under the name that Netty looks for when it is relocated by this prefix. */
    private String libraryNamed(String prefix) throws IOException {
        String name = "zcrx_native_" + PlatformDependent.normalizedArch() + ".so";
        Path copy = directory.resolve("lib" + prefix + name);
        try (InputStream library = Native.class.getClassLoader().getResourceAsStream("META-INF/native/lib" + name)) {
            Files.copy(library, copy);
        }
        return copy.toString();
    }

    private static Path target(int fd) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
    }

    private static int flags(int fd) throws IOException {
        return Integer.parseInt(
                line(Path.of("/proc/self/fdinfo/" + fd), "flags:").substring(6).trim(), 8);
    }

    private static String line(Path file, String start) throws IOException {
        return Arrays.stream(Files.readString(file).split("\n"))
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static final class FieldOfOtherType {
        @SuppressWarnings("unused") // The native side looks for a field of this name.
        private final String file = "a string";
    }
}
