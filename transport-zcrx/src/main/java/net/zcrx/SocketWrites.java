package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUringIoEvent;
import java.nio.ByteBuffer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters;
import net.zcrx.uring.IoVectors;
import net.zcrx.uring.Native;
import net.zcrx.uring.Uring;

/**
 * The send side of a connection: one write at a time, of all that was flushed and fits. A socket that is full parks
 * the write in the kernel. Buffers sent without a copy are held until the kernel's notification.
 */
final class SocketWrites implements ChannelOutboundBuffer.MessageProcessor {
    /** UIO_MAXIOV. */
    private static final int MAX_VECTORS = 1024;
    /** MAX_SKB_FRAGS: more parts of one zero-copy message would be copied. */
    private static final int MAX_ZERO_COPY_VECTORS = 17;
    /** Received pages are sent without a copy from this many bytes on; below, pinning costs more than copying. */
    private static final int MIN_RECEIVED_ZERO_COPY = 4096;

    private static final int EINPROGRESS = -115;

    private final ZcrxSocketChannel channel;
    /** {@code null} before the first region. */
    private RegionWrite regionWrite;

    private boolean busy;
    private boolean stopping;
    private boolean immediate;
    private long write;

    private boolean zeroCopy;
    /** {@code null} before the first of them: most connections have none. */
    private ZeroCopySends zeroCopySends;

    private boolean zeroCopyRefused;

    SocketWrites(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    /** Whether a write is with the kernel, or waits for the socket to take more. */
    boolean isBusy() {
        return busy;
    }

    /**
     * While the channel is told that it is active, what it flushes is sent at once: a handler may wait there, on this
     * very thread, for what its first bytes bring about.
     */
    void immediate(boolean now) {
        immediate = now;
    }

    /** Starts a write of what is flushed, unless one is under way. */
    void flush(ChannelOutboundBuffer in) {
        if (in == null || !channel.isAttached()) {
            return;
        }
        if (immediate && !busy) {
            sendNow(in);
        }
        Object message;
        while (!busy && (message = in.current()) != null) {
            if (message instanceof FileRegion) {
                if (stopping) {
                    return;
                }
                if (regionWrite == null) {
                    regionWrite = new RegionWrite(channel);
                }
                start(regionWrite.start((FileRegion) message));
                if (!busy) {
                    return;
                }
            } else if (in.size() == 1 && ((ByteBuf) message).nioBufferCount() == 1) {
                send(in, (ByteBuf) message);
            } else {
                gather(in, (ByteBuf) message);
            }
        }
    }

    /** Sends what was flushed as far as the socket takes it without waiting, then no more. */
    void stop() {
        stopping = true;
        if (write != 0) {
            // Queued behind the write: one that the socket takes at once is done before this comes to its turn.
            channel.submit(Uring.cancel(write));
        }
    }

    /** The channel has closed. */
    void close() {
        if (regionWrite != null) {
            regionWrite.close();
        }
    }

    /** The socket, full before, takes data again. */
    void writable() {
        busy = false;
        flush(channel.unsafe().outboundBuffer());
    }

    void complete(IoUringIoEvent event) {
        int result = event.res();
        boolean zeroCopySend = event.opcode() == Uring.OP_SEND_ZC || event.opcode() == Uring.OP_SENDMSG_ZC;
        if ((event.flags() & Uring.CQE_F_NOTIF) != 0) {
            zeroCopySends.notified(counters(), (int) event.userData(), result);
            return;
        }
        if (zeroCopySend && (event.flags() & Uring.CQE_F_MORE) == 0) {
            zeroCopySends.release((int) event.userData());
        }
        write = 0;
        ChannelOutboundBuffer in = channel.unsafe().outboundBuffer();
        boolean goOn = true;
        if (in == null) {
            goOn = false;
        } else if (result == Uring.EAGAIN || result == EINPROGRESS) {
            if (!stopping && channel.isAttached()) {
                channel.submit(Uring.poll(channel.socket.intValue(), Uring.POLLOUT));
                return;
            }
            goOn = false;
        } else if (result == Uring.ECANCELED) {
            goOn = false;
        } else if (zeroCopySend && (result == Uring.ENOMEM || result == Uring.EOPNOTSUPP)) {
            // Its pages count as locked memory, and no more of that is allowed, or the socket cannot do it.
            zeroCopyRefused = true;
        } else if (result < 0) {
            channel.failWrite(Errors.newIOException("send", result));
            goOn = false;
        } else if (regionWrite != null && regionWrite.isActive()) {
            regionWrite.complete(in, result);
        } else {
            // Still busy: a listener that is told here may flush, and must not start a write in the middle of this.
            in.removeBytes(result);
        }
        busy = false;
        if (goOn) {
            flush(channel.unsafe().outboundBuffer());
        }
        if (stopping && !busy && channel.loop() != null) {
            channel.loop().ready(channel);
        }
    }

    private void send(ChannelOutboundBuffer in, ByteBuf buffer) {
        int bytes = buffer.readableBytes();
        if (bytes == 0) {
            in.remove();
            return;
        }
        long address = address(buffer);
        int fd = channel.socket.intValue();
        if (isZeroCopy(buffer)) {
            short id = zeroCopySends().hold(counters(), buffer);
            start(channel.submit(Uring.sendZeroCopy(fd, address, bytes, flags(), id)));
            releaseIfNotStarted(id);
        } else {
            start(channel.submit(Uring.send(fd, address, bytes, flags())));
        }
    }

    /** What the socket takes at once, by system call. */
    private void sendNow(ChannelOutboundBuffer in) {
        busy = true;
        int result = 0;
        Object message;
        while (result >= 0
                && (message = in.current()) instanceof ByteBuf
                && ((ByteBuf) message).nioBufferCount() == 1) {
            ByteBuf buffer = (ByteBuf) message;
            result = Native.send(channel.socket.intValue(), address(buffer), buffer.readableBytes());
            if (result >= 0) {
                in.removeBytes(result);
            }
        }
        busy = false;
        // In progress: a fast open without a cookie of the server's, which goes on as an ordinary connect.
        if (result < 0 && result != Uring.EAGAIN && result != EINPROGRESS) {
            channel.failWrite(Errors.newIOException("send", result));
        }
    }

    private static long address(ByteBuf buffer) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + buffer.readerIndex();
        }
        ByteBuffer memory = buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
        return Buffer.memoryAddress(memory) + memory.position();
    }

    private void gather(ChannelOutboundBuffer in, ByteBuf first) {
        zeroCopy = isZeroCopy(first);
        IoVectors vectors = channel.loop().vectors();
        vectors.begin(zeroCopy ? MAX_ZERO_COPY_VECTORS : MAX_VECTORS);
        try {
            in.forEachFlushedMessage(this);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        if (vectors.bytes() == 0) {
            if (zeroCopy) {
                zeroCopySends().clearRun();
            }
            in.removeBytes(0);
            return;
        }
        long header = vectors.end();
        int fd = channel.socket.intValue();
        if (zeroCopy) {
            short id = zeroCopySends().holdRun(counters());
            start(channel.submit(Uring.sendMessageZeroCopy(fd, header, flags(), id)));
            releaseIfNotStarted(id);
        } else {
            start(channel.submit(Uring.sendMessage(fd, header, flags())));
        }
    }

    /** One flushed message: goes with the ones before it if it is to be sent in the same way. */
    @Override
    public boolean processMessage(Object message) {
        if (!(message instanceof ByteBuf)) {
            return false;
        }
        ByteBuf buffer = (ByteBuf) message;
        if (isZeroCopy(buffer) != zeroCopy || !channel.loop().vectors().add(buffer)) {
            return false;
        }
        if (zeroCopy) {
            zeroCopySends().add(buffer);
        }
        return true;
    }

    private void start(long submission) {
        write = submission;
        busy = submission != 0;
        if (busy) {
            channel.sent();
        }
    }

    private int flags() {
        return stopping ? Uring.MSG_DONTWAIT : 0;
    }

    private boolean isZeroCopy(ByteBuf buffer) {
        if (zeroCopyRefused) {
            return false;
        }
        int bytes = buffer.readableBytes();
        if (channel.socketConfig().isZeroCopyWrite(bytes)) {
            return true;
        }
        if (bytes < MIN_RECEIVED_ZERO_COPY
                || zeroCopySends != null && zeroCopySends.areCopied()
                || !channel.loop().receiver().isZeroCopy()) {
            return false;
        }
        ZcrxByteBuf received = ZcrxByteBuf.of(buffer);
        return received != null && received.isZeroCopy();
    }

    private ZeroCopySends zeroCopySends() {
        if (zeroCopySends == null) {
            zeroCopySends = new ZeroCopySends();
        }
        return zeroCopySends;
    }

    private Counters counters() {
        return channel.loop().receiver().counters();
    }

    private void releaseIfNotStarted(short id) {
        if (!busy) {
            zeroCopySends.release(id);
        }
    }
}
