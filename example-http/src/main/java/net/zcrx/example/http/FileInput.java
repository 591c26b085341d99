// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.stream.ChunkedNioFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** A file that the event loop's thread reads piece by piece; it fails if the file becomes too short. */
final class FileInput extends ChunkedNioFile {
    private static final int PIECE = 64 * 1024;

    /**
     * @param file is closed with this
     * @param size in bytes, as the response's header has it
     */
    FileInput(FileChannel file, long size) throws IOException {
        super(file, 0, size, PIECE);
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws Exception {
        ByteBuf piece = super.readChunk(allocator);
        if (piece != null && !piece.isReadable()) {
            // Netty would go on with empty pieces without end.
            piece.release();
            throw new EOFException("It has become shorter meanwhile.");
        }
        return piece;
    }
}
