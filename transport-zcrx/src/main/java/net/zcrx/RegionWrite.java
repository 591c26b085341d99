package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import net.zcrx.uring.Native;
import net.zcrx.uring.Uring;

/**
 * Writes a file region: a {@link DefaultFileRegion} by splice(2) through a pipe, which copies nothing in user space, any
 * other through a buffer. One step a submission; a region that was interrupted goes on where it was.
 */
final class RegionWrite {
    /** What a pipe holds by default. */
    private static final int STEP_BYTES = 64 * 1024;

    private final ZcrxSocketChannel channel;
    private FileRegion region;
    /** Bytes of the region that the socket has taken. */
    private long sent;

    private FileDescriptor[] pipe;
    private int inPipe;
    private boolean filling;
    private ByteBuf copy;

    RegionWrite(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    boolean isActive() {
        return region != null;
    }

    /** Submits the next step of the region; returns its submission, or 0 if that failed, which has been told then. */
    long start(FileRegion next) {
        if (region != next) {
            region = next;
            sent = 0;
        }
        try {
            return region instanceof DefaultFileRegion ? splice((DefaultFileRegion) region) : copy();
        } catch (IOException e) {
            close();
            channel.failWrite(e);
            return 0;
        }
    }

    /** One step completed with {@code result} bytes. */
    void complete(ChannelOutboundBuffer in, int result) {
        if (filling) {
            filling = false;
            inPipe = result;
            if (result == 0) {
                IOException cause = new IOException("The file ended after " + (region.position() + sent)
                        + " bytes, before the end of the region of " + region.count() + " bytes from "
                        + region.position() + " on. It was truncated after the region was made.");
                close();
                channel.failWrite(cause);
            }
            return;
        }
        sent += result;
        if (copy != null) {
            copy.skipBytes(result);
        } else {
            inPipe -= result;
        }
        if (result > 0) {
            in.progress(result);
        }
        if (isFinished()) {
            close();
            in.remove();
        }
    }

    private boolean isFinished() {
        return copy != null ? !copy.isReadable() && region.transferred() >= region.count() : sent >= region.count();
    }

    /** Ends the region under way, if any. */
    void close() {
        region = null;
        filling = false;
        inPipe = 0;
        if (copy != null) {
            copy.release();
            copy = null;
        }
        if (pipe != null) {
            closeQuietly(pipe[0]);
            closeQuietly(pipe[1]);
            pipe = null;
        }
    }

    private long splice(DefaultFileRegion file) throws IOException {
        file.open();
        if (pipe == null) {
            pipe = FileDescriptor.pipe();
        }
        if (inPipe > 0) {
            return channel.submit(Uring.splice(pipe[0].intValue(), -1, channel.socket.intValue(), inPipe));
        }
        int fd = Native.fileDescriptor(file);
        if (fd < 0) {
            throw new IOException("The file of " + file + " has no descriptor that could be sent: errno " + -fd);
        }
        filling = file.count() > sent;
        int step = (int) Math.min(STEP_BYTES, file.count() - sent);
        return channel.submit(Uring.splice(fd, file.position() + sent, pipe[1].intValue(), step));
    }

    private long copy() throws IOException {
        if (copy == null) {
            copy = channel.alloc().directBuffer((int) Math.min(STEP_BYTES, region.count() - region.transferred()));
        }
        if (!copy.isReadable()) {
            copy.clear();
            fill();
        }
        ByteBuffer memory = copy.internalNioBuffer(copy.readerIndex(), copy.readableBytes());
        long address = io.netty.channel.unix.Buffer.memoryAddress(memory) + memory.position();
        return channel.submit(Uring.send(channel.socket.intValue(), address, copy.readableBytes(), 0));
    }

    private void fill() throws IOException {
        BufferChannel target = new BufferChannel(copy);
        while (copy.isWritable() && region.transferred() < region.count()) {
            if (region.transferTo(target, region.transferred()) <= 0) {
                break;
            }
        }
        if (!copy.isReadable() && region.transferred() < region.count()) {
            throw new IOException("transferTo() of " + region + " gave no more bytes after " + region.transferred()
                    + " of " + region.count());
        }
    }

    private static void closeQuietly(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException ignored) {
            // A pipe of our own, whose content is of no more use.
        }
    }

    /** Takes what fits into a buffer. */
    private static final class BufferChannel implements WritableByteChannel {
        private final ByteBuf buffer;

        BufferChannel(ByteBuf buffer) {
            this.buffer = buffer;
        }

        @Override
        public int write(ByteBuffer source) {
            int bytes = Math.min(source.remaining(), buffer.writableBytes());
            int limit = source.limit();
            source.limit(source.position() + bytes);
            buffer.writeBytes(source);
            source.limit(limit);
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // The buffer is the region write's.
        }
    }
}
