// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.zcrx.uring.DirectAddress;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/** Writes without the ring, by system calls that do not wait: as much as the socket takes at once. */
public final class ImmediateSends {
    /** A send of so many bytes takes far longer than the system call around it, which need not be shared. */
    private static final int LARGE = 16 * 1024;

    private final Channel channel;
    private final Socket socket;
    private final FileRegionSend regions;

    /** @param sent is told that the connection sends a region */
    public ImmediateSends(Channel channel, Socket socket, Runnable sent) {
        this.channel = channel;
        this.socket = socket;
        regions = new FileRegionSend(channel, socket, sent);
    }

    /** Writes the connection's regions. */
    public FileRegionSend regions() {
        return regions;
    }

    /**
     * Writes the first messages of those that were flushed: so many, and not those that listeners add meanwhile, which
     * may have no end. Of regions it is at most as many steps as Netty's {@code WRITE_SPIN_COUNT} says.
     */
    public void write(ChannelOutboundBuffer in, int messages) throws IOException {
        int regionSteps = channel.config().getWriteSpinCount();
        int left = messages;
        while (left > 0 && in.size() > 0 && socket.isOpen()) {
            Object message = in.current();
            if (message instanceof FileRegion region) {
                FileRegionSend.Step step = regions.write(in, region);
                if (step != FileRegionSend.Step.DONE && (step != FileRegionSend.Step.SENT || --regionSteps <= 0)) {
                    return;
                }
                left -= step == FileRegionSend.Step.DONE ? 1 : 0;
            } else {
                int bytes = ((ByteBuf) message).readableBytes();
                int sent = send((ByteBuf) message);
                in.removeBytes(sent);
                if (sent < bytes) {
                    return;
                }
                left--;
            }
        }
    }

    private int send(ByteBuf buffer) throws IOException {
        if (buffer.nioBufferCount() == 1) {
            return sendPiece(socket, buffer);
        }
        int sent = 0;
        for (ByteBuffer part : buffer.nioBuffers()) {
            int bytes = part.remaining();
            int taken = send(socket, DirectAddress.of(part), bytes);
            sent += taken;
            if (taken < bytes) {
                break;
            }
        }
        return sent;
    }

    /** Writes as much of the buffer, the current one, as the socket takes at once; returns whether that was all. */
    public static boolean write(ChannelOutboundBuffer in, Socket socket, ByteBuf buffer) throws IOException {
        int bytes = buffer.readableBytes();
        int sent = sendPiece(socket, buffer);
        in.removeBytes(sent);
        return sent == bytes;
    }

    private static int sendPiece(Socket socket, ByteBuf buffer) throws IOException {
        int bytes = buffer.readableBytes();
        return send(socket, DirectAddress.of(buffer, buffer.readerIndex(), bytes), bytes);
    }

    private static int send(Socket socket, long address, int bytes) throws IOException {
        return bytes == 0 ? 0 : taken(Native.send(socket.intValue(), address, bytes));
    }

    /** Returns how many bytes of the message with this header the socket took without waiting. */
    static int sendMessage(Socket socket, long header, int flags) throws IOException {
        return taken(Native.sendMessage(socket.intValue(), header, flags));
    }

    /**
     * Whether the socket takes nothing now, by the result of a call or request. In progress is a fast open without a
     * cookie of the server's, which goes on as an ordinary connect.
     */
    public static boolean isFull(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EINPROGRESS;
    }

    /** Whether the socket took nothing, as it was full, or as the request was cancelled, here or in the kernel. */
    public static boolean isCancelled(int result) {
        return result == -Errno.ECANCELED || result == -Errno.EINTR || result == -Errno.ERESTARTSYS || isFull(result);
    }

    /** Whether a send of so many bytes is best made at once at any load. */
    public static boolean isLarge(long bytes) {
        return bytes >= LARGE;
    }

    private static int taken(int result) throws IOException {
        if (isFull(result)) {
            return 0;
        }
        if (result < 0) {
            throw Errors.newIOException("send", result);
        }
        return result;
    }
}
