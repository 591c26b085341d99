// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file on its way to a client, as the handler takes it that writes chunks. */
class FileInputTest {
    private static final int SIZE = 300_001;
    /** So many pieces has no file of this size. */
    private static final int MANY = 100;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @TempDir
    Path directory;

    private FileChannel file;
    private FileInput input;
    private int read;

    @BeforeEach
    void open() throws Exception {
        Path path = Files.write(directory.resolve("object"), new byte[SIZE]);
        file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        input = new FileInput(file, SIZE);
    }

    @AfterEach
    void shouldHoldNothing() throws Exception {
        input.close();
        assertFalse(file.isOpen());
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    private void readAll() throws Exception {
        for (int i = 0; i < MANY && !input.isEndOfInput(); i++) {
            ByteBuf piece = input.readChunk(allocator);
            read += piece.readableBytes();
            piece.release();
        }
    }

    @Test
    void shouldGiveWhatWasToldThoughFileHasGrown() throws Exception {
        file.position(SIZE).write(ByteBuffer.allocate(1000));
        readAll();
        assertTrue(input.isEndOfInput());
        assertEquals(SIZE, read);
    }

    @Test
    void shouldFailIfFileBecomesShorter() throws Exception {
        file.truncate(100_000);
        assertThrows(EOFException.class, this::readAll);
        assertEquals(100_000, read);
    }
}
