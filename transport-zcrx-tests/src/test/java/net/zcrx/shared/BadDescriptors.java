// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.FileDescriptor;
import java.io.File;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import net.zcrx.memory.MemoryFile;
import net.zcrx.uring.Native;

/** Opens descriptors that a connection must not take as memory; whoever asks for one closes it. */
final class BadDescriptors {
    private static final int F_DUPFD = 0;

    private final Path directory;

    BadDescriptors(Path directory) {
        this.directory = directory;
    }

    @FunctionalInterface
    interface Opening {
        int open() throws Exception;
    }

    static int pipe() throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        pipe[0].close();
        return pipe[1].intValue();
    }

    static int device() throws Exception {
        return FileDescriptor.from("/dev/zero").intValue();
    }

    static int socket() throws Exception {
        return ControlSocket.open().intValue();
    }

    /** Of memory whose length may change. */
    static int unsealed(long bytes) throws Exception {
        return MemoryFile.create(bytes, 0).fd();
    }

    /** Of memory whose length is sealed, but that others may write to. */
    static int writable(long bytes) throws Exception {
        MemoryFile file = MemoryFile.create(bytes, 0);
        file.sealLength();
        return file.fd();
    }

    /** Of memory that nobody else can write to, as that of an area: only its length, or its use, can be wrong. */
    static int sealed(long bytes) throws Exception {
        MemoryFile file = MemoryFile.create(bytes, 0);
        file.sealWrites();
        return file.fd();
    }

    int file() throws Exception {
        return FileDescriptor.from(File.createTempFile("zcrx", "file", directory.toFile()))
                .intValue();
    }

    @SuppressWarnings("try") // It is looked for among the descriptors.
    int directory() throws Exception {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(directory);
                Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(each) && Files.readSymbolicLink(each).equals(directory)) {
                    return Native.fcntl(Integer.parseInt(each.getFileName().toString()), F_DUPFD, 0);
                }
            }
        }
        throw new AssertionError("It is not open.");
    }
}
