// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import net.zcrx.uring.IoVectors;
import net.zcrx.uring.Native;

/** Puts the flushed data of a connection together into one message. There is one per loop, used on its thread only. */
public final class Gathering implements ChannelOutboundBuffer.MessageProcessor {
    /** The most vectors of a message: the kernel's UIO_MAXIOV. */
    private static final int MAX_VECTORS = 1024;
    /** MAX_SKB_FRAGS: more parts of one zero-copy message would be copied. */
    private static final int MAX_ZERO_COPY_VECTORS = 17;

    /** The most bytes of a file that leaves in one packet with the data before it, as far as it fits. */
    private static final int SMALL_FILE = 64 * 1024;

    /** How a connection sends a buffer. */
    public interface Rule {
        /** Whether the buffer is sent without a copy. */
        boolean isZeroCopy(ByteBuf buffer);
    }

    private final IoVectors vectors;
    private Rule rule;
    /** Holds the buffers of the message; {@code null} if it is copied. */
    private ZeroCopySends sends;

    /** Bytes of the file that follows; 0 if none does. */
    private long fileBytes;

    public Gathering(IoVectors vectors) {
        this.vectors = vectors;
    }

    /**
     * Gathers the first flushed message and those after it that are sent in the same way.
     *
     * @param zeroCopySends hold the message's buffers, which is sent without a copy; {@code null} if it is copied
     * @return whether there is anything to send: empty buffers are done, and removed
     */
    public boolean gather(ChannelOutboundBuffer in, Rule connection, ZeroCopySends zeroCopySends) throws Exception {
        rule = connection;
        sends = zeroCopySends;
        fileBytes = 0;
        vectors.begin(sends == null ? MAX_VECTORS : MAX_ZERO_COPY_VECTORS);
        try {
            in.forEachFlushedMessage(this);
        } catch (Throwable cause) {
            // A buffer's own code, or one that was released although it is to be written.
            clear();
            throw cause;
        }
        if (vectors.bytes() == 0) {
            clear();
            in.removeBytes(0);
            return false;
        }
        return true;
    }

    private void clear() {
        if (sends != null) {
            sends.clearRun();
        }
    }

    /** One flushed message: goes with the ones before it if it is to be sent in the same way. */
    @Override
    public boolean processMessage(Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            fileBytes = message instanceof DefaultFileRegion file ? file.count() - file.transferred() : 0;
            return false;
        }
        if (rule.isZeroCopy(buffer) != (sends != null) || !vectors.add(buffer)) {
            return false;
        }
        if (sends != null) {
            sends.add(buffer);
        }
        return true;
    }

    /** Bytes of the message. */
    public long bytes() {
        return vectors.bytes();
    }

    /** Whether a file is sent next. */
    public boolean isBeforeFile() {
        return fileBytes > 0;
    }

    /** Ends the message; returns the address of its header, which stays as it is until it is submitted. */
    public long end() {
        return vectors.end();
    }

    /** Ends the message and writes as much as the socket takes at once; returns whether that was all. */
    public boolean write(ChannelOutboundBuffer in, Socket socket) throws IOException {
        long bytes = vectors.bytes();
        // A small answer is one packet then, and not two. A large one does not need to wait until its file is read.
        boolean joined = fileBytes > 0 && fileBytes <= SMALL_FILE;
        int sent = ImmediateSends.sendMessage(socket, vectors.end(), joined ? Native.MSG_MORE : 0);
        vectors.undo();
        in.removeBytes(sent);
        return sent == bytes;
    }
}
