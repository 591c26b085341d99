// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUringIoEvent;
import java.io.IOException;
import net.zcrx.loop.Loop;
import net.zcrx.receive.Counters;
import net.zcrx.send.FileRegionSend;
import net.zcrx.send.Gathering;
import net.zcrx.send.ImmediateSends;
import net.zcrx.send.Turn;
import net.zcrx.send.ZeroCopySends;
import net.zcrx.uring.DirectAddress;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Uring;

/**
 * The send side of a connection: one write at a time, of all that was flushed and fits. The rest waits for a socket
 * that is full, and for the next pass of the loop when the connection's turn is over. Buffers sent without a copy are
 * held until the kernel's notification.
 */
final class SendSide extends Turn implements Gathering.Rule {
    private final ZcrxSocketChannel channel;
    private boolean immediate;
    /** {@code null} before the first of them. */
    private ImmediateSends now;

    /** Whether a write is with the kernel, waits, or is being told to those who wrote. */
    private boolean busy;
    /** Messages, the last ones, that were not flushed when this was to stop, and are not to be sent; -1 before. */
    private volatile int late = -1;
    /** Whether nothing is sent any more. */
    private boolean stopped;
    /** The request that is with the kernel, or 0. */
    private long write;
    /** {@code null} before the first of them: most connections have none. */
    private ZeroCopySends zeroCopySends;

    SendSide(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    /** Whether a write is with the kernel, or waits for the socket to take more. */
    boolean isBusy() {
        return busy;
    }

    /** Whether nothing may be added, as the write side is about to end. Any thread. */
    boolean isStopping() {
        return late >= 0;
    }

    /**
     * While the channel is told that it is active, what it flushes is sent at once: a handler may wait there, on this
     * very thread, for what its first bytes bring about.
     */
    void immediate(boolean now) {
        immediate = now;
    }

    /**
     * Starts a write of what is flushed, unless one is under way. Of a channel that is on no loop it sends what the
     * socket takes at once, as epoll's do; the next loop sends the rest.
     */
    void flush(ChannelOutboundBuffer in) {
        if (busy || stopped || in == null || !channel.socket.isOpen()) {
            return;
        }
        boolean attached = channel.isAttached();
        if (!attached && channel.isMoving()) {
            return;
        }
        // Whoever is told here may flush, and must not start a write in the middle of this.
        busy = true;
        try {
            if (immediate || !attached && !isStopping()) {
                now().write(in, in.size());
            }
            busy = attached && beginNext(in);
            if (isStopping() && !busy) {
                busy = true;
                now().write(in, in.size() - late);
                stopped = true;
                busy = false;
                endPassIfStopped();
            }
        } catch (Throwable cause) {
            fail(cause);
        }
    }

    /**
     * Sends what was flushed as far as the socket takes it without waiting, then no more: as if each flush had written
     * at once.
     */
    void stop() {
        ChannelOutboundBuffer in = channel.unsafe().outboundBuffer();
        if (!isStopping()) {
            // Nobody adds messages from now on, but those that are there may be flushed.
            late = in == null ? 0 : flushRest(in);
        }
        if (endWait()) {
            resume();
        } else if (write != 0) {
            // Queued behind the write: one that the socket takes at once is done before this comes to its turn.
            channel.submit(Uring.cancel(write));
        } else if (busy && in != null && in.size() > late) {
            // In the middle of telling. The rest is sent after that: the channel has to wait for it.
            channel.submit(Uring.nop((short) 0));
        }
    }

    private static int flushRest(ChannelOutboundBuffer in) {
        int flushed = in.size();
        in.addFlush();
        return in.size() - flushed;
    }

    /** Ends the wait for the next turn, or for data of a region; returns whether there was one. */
    private boolean endWait() {
        return endTurnWait() || now != null && now.regions().endWait();
    }

    /** The channel leaves its loop, and goes on writing on the next one; or it has closed. */
    void leave() {
        if (endWait()) {
            busy = false;
        }
    }

    /** The socket, full before, takes data again. */
    void writable() {
        write = 0;
        resumeWhereWritten();
    }

    /** The next pass begins, or this one ends. */
    void endPass() {
        if (endTurnWait()) {
            resumeWhereWritten();
        }
    }

    private void resumeWhereWritten() {
        if (channel.isRegistered()) {
            resume();
        } else {
            channel.runWhereWritten(this::resume);
        }
    }

    void complete(IoUringIoEvent event) {
        if (event.opcode() == Uring.OP_NOP) {
            return;
        }
        int result = event.res();
        boolean zeroCopySend = event.opcode() == Uring.OP_SEND_ZC || event.opcode() == Uring.OP_SENDMSG_ZC;
        if (zeroCopySend && !zeroCopySends.complete(counters(), event)) {
            return;
        }
        if (channel.isRegistered()) {
            ended(result, zeroCopySend);
        } else {
            channel.runWhereWritten(() -> ended(result, zeroCopySend));
        }
    }

    private void ended(int result, boolean zeroCopySend) {
        write = 0;
        if (ImmediateSends.isFull(result) && !isStopping() && channel.isAttached()) {
            awaitWritable();
            return;
        }
        try {
            written(result, zeroCopySend);
        } catch (Throwable cause) {
            fail(cause);
        }
        resume();
    }

    /** Still busy: see {@link #flush}. */
    private void written(int result, boolean zeroCopySend) throws IOException {
        ChannelOutboundBuffer in = channel.unsafe().outboundBuffer();
        if (zeroCopySend && (result == -Errno.ENOMEM || result == -Errno.EOPNOTSUPP)) {
            // Its pages count as locked memory, and no more of that is allowed, or the socket cannot do it.
            zeroCopySends.refuse();
        } else if (in != null && result >= 0) {
            in.removeBytes(result);
        } else if (in != null && !ImmediateSends.isCancelled(result)) {
            throw Errors.newIOException("send", result);
        }
    }

    /** Goes on after a write. */
    private void resume() {
        busy = false;
        flush(channel.unsafe().outboundBuffer());
        endPassIfStopped();
    }

    /** Lets close(), or the end of the output, go on when what was flushed before is done. */
    private void endPassIfStopped() {
        if (isStopping() && !busy && channel.loop() != null) {
            channel.scheduleEndPass();
        }
    }

    /** Ends the connection or its output, which fails the messages. */
    private void fail(Throwable cause) {
        busy = false;
        stopped = true;
        if (channel.socket.isOpen()) {
            channel.failWrite(cause);
        }
    }

    /** Begins the next write; returns whether there is one, or one to wait for. */
    private boolean beginNext(ChannelOutboundBuffer in) throws Exception {
        Object message;
        while (maySend() && (message = in.current()) != null) {
            boolean waits;
            if (isTurnOver(channel.loop().pass(), channel.config().getWriteSpinCount())) {
                waits = awaitTurn();
            } else if (message instanceof FileRegion region) {
                waits = sendRegion(in, region);
            } else {
                waits = sendBuffers(in, (ByteBuf) message);
            }
            if (waits) {
                // The loop may have refused the request, as it ends.
                return write != 0
                        || isTurnAwaited()
                        || now != null && now.regions().isWaiting();
            }
        }
        return false;
    }

    /** Looked at after each write, as a listener may close the channel, end its output, or move it to another loop. */
    private boolean maySend() {
        return !isStopping() && channel.isAttached() && channel.socket.isOpen();
    }

    /** Sends a step of a region. Returns whether the rest has to wait for the socket, or for data. */
    private boolean sendRegion(ChannelOutboundBuffer in, FileRegion region) throws IOException {
        Loop loop = channel.loop();
        useTurn(loop.pass());
        FileRegionSend regions = now().regions();
        long began = loop.receiver().beginSend();
        FileRegionSend.Step step = regions.write(in, region);
        loop.receiver().endSend(began);
        if (step == FileRegionSend.Step.DONE || !maySend()) {
            return false;
        }
        return switch (step) {
            case FULL -> awaitWritable();
            case EMPTY -> {
                // Its data comes from elsewhere. A poll would complete at once, again and again.
                regions.awaitData(this::resumeWhereWritten);
                yield true;
            }
            // A step takes as long as many sends of buffers.
            default -> awaitTurn();
        };
    }

    /**
     * Sends buffers that go together, at once or by the ring. Returns whether they were submitted, or have to wait:
     * empty buffers are done.
     */
    private boolean sendBuffers(ChannelOutboundBuffer in, ByteBuf first) throws Exception {
        boolean zeroCopy = isZeroCopy(first);
        if (in.size() == 1 && first.nioBufferCount() == 1) {
            int bytes = first.readableBytes();
            return !zeroCopy && isBestAtOnce(bytes) ? sendAtOnce(in, first, bytes) : send(in, first, zeroCopy);
        }
        Gathering gathering = channel.loop().gathering();
        if (!gathering.gather(in, this, zeroCopy ? zeroCopySends() : null)) {
            return false;
        }
        if (!zeroCopy && (gathering.isBeforeFile() || isBestAtOnce(gathering.bytes()))) {
            return sendAtOnce(in, null, gathering.bytes());
        }
        submit(gathering, zeroCopy);
        return true;
    }

    private boolean isBestAtOnce(long bytes) {
        return ImmediateSends.isLarge(bytes) || channel.loop().isLight();
    }

    /** Sends a buffer, or those gathered if it is {@code null}, at once. Returns whether a rest has to wait. */
    private boolean sendAtOnce(ChannelOutboundBuffer in, ByteBuf only, long bytes) throws IOException {
        Loop loop = channel.loop();
        // What stands before a file is not to take a pass of its own.
        if (only != null || !loop.gathering().isBeforeFile()) {
            channel.sent();
            useTurn(loop.pass());
        }
        boolean large = ImmediateSends.isLarge(bytes);
        long began = large ? loop.receiver().beginSend() : 0;
        boolean all = only == null
                ? loop.gathering().write(in, channel.socket)
                : ImmediateSends.write(in, channel.socket, only);
        if (large) {
            loop.receiver().endSend(began);
        }
        // A submitted send would be tried once more before it waits.
        return !all && maySend() && awaitWritable();
    }

    private void submit(Gathering gathering, boolean zeroCopy) {
        long header = gathering.end();
        int fd = channel.socket.intValue();
        if (zeroCopy) {
            short id = zeroCopySends.holdRun(counters());
            startZeroCopy(channel.submit(Uring.sendMessageZeroCopy(fd, header, id)), id);
        } else {
            start(channel.submit(Uring.sendMessage(fd, header)));
        }
    }

    private ImmediateSends now() {
        if (now == null) {
            now = new ImmediateSends(channel, channel.socket, channel::sent);
        }
        return now;
    }

    private boolean awaitWritable() {
        write = channel.submit(Uring.poll(channel.socket.intValue(), Uring.POLLOUT));
        busy = write != 0;
        return true;
    }

    /** The loop's tasks, and other connections that wait for their turn, come first. */
    private boolean awaitTurn() {
        awaitNextTurn();
        channel.scheduleLaterEndPass();
        return true;
    }

    /** As {@link #sendBuffers} of one. */
    private boolean send(ChannelOutboundBuffer in, ByteBuf buffer, boolean zeroCopy) {
        int bytes = buffer.readableBytes();
        if (bytes == 0) {
            in.remove();
            return false;
        }
        long address = DirectAddress.of(buffer, buffer.readerIndex(), bytes);
        int fd = channel.socket.intValue();
        if (zeroCopy) {
            short id = zeroCopySends().hold(counters(), buffer);
            startZeroCopy(channel.submit(Uring.sendZeroCopy(fd, address, bytes, id)), id);
        } else {
            start(channel.submit(Uring.send(fd, address, bytes)));
        }
        return true;
    }

    private void start(long submission) {
        write = submission;
        if (submission != 0) {
            channel.sent();
        }
    }

    private void startZeroCopy(long submission, short id) {
        start(submission);
        if (submission == 0) {
            zeroCopySends.release(id);
        }
    }

    @Override
    public boolean isZeroCopy(ByteBuf buffer) {
        boolean refused = zeroCopySends != null && zeroCopySends.areRefused();
        boolean copied = zeroCopySends != null && zeroCopySends.areCopied();
        return !refused
                && (channel.socketConfig().isZeroCopyWrite(buffer.readableBytes())
                        || !copied && channel.loop().receiver().isZeroCopy() && ZeroCopySends.isWorthIt(buffer));
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
}
