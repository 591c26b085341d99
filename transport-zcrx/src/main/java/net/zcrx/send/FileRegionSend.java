// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.SocketWritableByteChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * Writes file regions, each time as far as the socket takes them at once: a {@link DefaultFileRegion} by sendfile(2),
 * which copies nothing in user space, any other by its own {@code transferTo}. How far it is, a region knows itself.
 */
public final class FileRegionSend extends SocketWritableByteChannel {
    /** How a step ended. */
    public enum Step {
        /** The region is written, and its promise done; or it is no more the one to write. */
        DONE,
        /** The socket took all of it. */
        SENT,
        /** The socket took less, or nothing. */
        FULL,
        /** The region gave nothing, though the socket might have taken it. */
        EMPTY
    }

    /**
     * Bytes per step, while the loop's other connections wait: what a socket holds by default ({@code tcp_wmem}). With a
     * fast reader that takes 1 to 2 ms. Steps of 1 MiB were slower by 5 and 28 % (two servers).
     */
    private static final int BYTES_OF_A_STEP = 4 << 20;
    /** Time after which a region that gave nothing is asked again. */
    private static final long RETRY_MILLIS = 2;

    private final Channel channel;
    private final Runnable sent;
    private boolean full;
    /** Asks a region for more that gave nothing; {@code null} if none is to be asked. */
    private Future<?> retry;

    /** @param sent is told that the connection sends */
    FileRegionSend(Channel channel, Socket socket, Runnable sent) {
        super(socket);
        this.channel = channel;
        this.sent = sent;
    }

    /**
     * Writes some bytes of the region, which is the current one of {@code in}; of one that does it by itself, as many as
     * it wants.
     */
    public Step write(ChannelOutboundBuffer in, FileRegion region) throws IOException {
        full = false;
        long bytes = 0;
        if (region.transferred() < region.count()) {
            int file = region instanceof DefaultFileRegion ? open((DefaultFileRegion) region) : -1;
            bytes = file < 0
                    ? region.transferTo(this, region.transferred())
                    : sendFile((DefaultFileRegion) region, file);
        }
        // Both the region's code and a listener of its progress may have closed the channel.
        if (bytes > 0 && in.current() == region) {
            sent.run();
            in.progress(bytes);
        }
        if (in.current() != region) {
            return Step.DONE;
        }
        if (region.transferred() >= region.count()) {
            in.remove();
            return Step.DONE;
        }
        if (full) {
            return Step.FULL;
        }
        return bytes > 0 ? Step.SENT : Step.EMPTY;
    }

    /** Waits for a while for data of a region; then {@code resume} runs, unless {@link #endWait} was called before. */
    public void awaitData(Runnable resume) {
        retry = channel.eventLoop()
                .schedule(
                        () -> {
                            // It may have been cancelled too late.
                            if (retry != null) {
                                retry = null;
                                resume.run();
                            }
                        },
                        RETRY_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Whether the connection waits for data of a region. */
    public boolean isWaiting() {
        return retry != null;
    }

    /** Ends the wait for data; returns whether there was one. */
    public boolean endWait() {
        boolean was = isWaiting();
        if (was) {
            retry.cancel(false);
            retry = null;
        }
        return was;
    }

    /** Returns the file's descriptor, or an error below 0 of a file that has none: it may be one in memory. */
    private static int open(DefaultFileRegion region) throws IOException {
        region.open();
        return Native.fileDescriptor(region);
    }

    private long sendFile(DefaultFileRegion region, int file) throws IOException {
        long done = region.transferred();
        long offset = region.position() + done;
        long step = Math.min(BYTES_OF_A_STEP, region.count() - done);
        long result = Native.sendFile(fd.intValue(), file, offset, step);
        if (result == 0) {
            throw new IOException("The file ended after " + offset + " bytes, before the end of the region of "
                    + region.count() + " bytes from " + region.position()
                    + " on. It was truncated after the region was made, or was never that long.");
        }
        long sent = taken("sendfile", result, step);
        if (Native.setTransferred(region, done + sent) < 0) {
            throw new IllegalStateException(region.getClass() + " has no field \"transferred\"");
        }
        return sent;
    }

    @Override
    protected int write(ByteBuffer source, int position, int limit) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        int length = limit - position;
        return (int) taken("send", Native.send(fd.intValue(), Buffer.memoryAddress(source) + position, length), length);
    }

    /** Returns how many bytes the socket took of {@code asked}. */
    private long taken(String call, long result, long asked) throws IOException {
        if (ImmediateSends.isFull((int) result) || result == -Errno.EINTR) {
            full = true;
            return 0;
        }
        if (result < 0) {
            throw Errors.newIOException(call, (int) result);
        }
        full = result < asked;
        return result;
    }

    @Override
    protected ByteBufAllocator alloc() {
        return channel.alloc();
    }
}
