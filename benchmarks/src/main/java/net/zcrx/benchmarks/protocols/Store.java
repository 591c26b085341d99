// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import net.zcrx.benchmarks.server.Protocol;
import net.zcrx.benchmarks.server.Transport;
import net.zcrx.example.http.EmbeddedServer;

/**
 * The example's object store, in a directory of its own that goes with the server. It has an object for each connection
 * of a load to write over, by its number in three digits, and those to read, by their length.
 */
class Store implements Protocol {
    private static final int CONNECTIONS = 64;
    private static final int[] SIZES = {1 << 10, 64 << 10, 64 << 20};

    private final Path parent;

    Store(Path parent) {
        this.parent = parent;
    }

    @Override
    public final int listen(Transport transport, String address, int port, LongAdder received) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(parent), "zcrx-store");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        for (int i = 0; i < CONNECTIONS; i++) {
            Files.createFile(directory.resolve(String.format(Locale.ROOT, "%03d", i)));
        }
        for (int size : SIZES) {
            fill(directory.resolve(Integer.toString(size)), size);
        }
        return EmbeddedServer.start(transport.group(), transport.serverChannel(), address, port, directory)
                .getPort();
    }

    private static void fill(Path file, int size) throws IOException {
        byte[] piece = new byte[Math.min(size, 1 << 20)];
        try (RandomAccessFile object = new RandomAccessFile(file.toFile(), "rw")) {
            for (int written = 0; written < size; written += piece.length) {
                object.write(piece);
            }
        }
    }

    /** The server has ended, and no upload of it is under way. */
    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println(directory + " is left: " + e.getMessage());
        }
    }
}
