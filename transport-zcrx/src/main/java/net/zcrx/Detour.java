package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import net.zcrx.receive.Receiver;
import net.zcrx.uring.Uring;

/**
 * One read of a connection whose packets come by the queue of another loop: only with that queue named may the kernel
 * hand out its pages, and only that loop may name it. So that loop reads, up to a grant, and passes on what came. It
 * costs a task a buffer; steering each loop's connections to its own queue avoids it.
 */
final class Detour implements IoUringIoHandle, Receiver.Waiter {
    private final ZcrxIoHandler elsewhere;
    private final ZcrxSocketChannel channel;
    private final SocketReads reads;
    private final Executor home;
    private final int fd;
    private final int limit;

    private IoRegistration registration;
    private boolean cancelled;
    private boolean waiting;

    private Detour(ZcrxIoHandler elsewhere, ZcrxSocketChannel channel, SocketReads reads, int limit) {
        this.elsewhere = elsewhere;
        this.channel = channel;
        this.reads = reads;
        home = channel.eventLoop();
        fd = channel.socket.intValue();
        this.limit = limit;
    }

    /**
     * On the channel's loop, which hears of the end by {@link SocketReads#detourEnded}.
     *
     * @param limit bytes, more than 0
     */
    static Detour begin(ZcrxIoHandler elsewhere, ZcrxSocketChannel channel, SocketReads reads, int limit) {
        Detour detour = new Detour(elsewhere, channel, reads, limit);
        channel.requestBegan();
        try {
            elsewhere.executor().execute(detour::start);
        } catch (RejectedExecutionException e) {
            // That loop has ended, and its queue is bound no more.
            channel.eventLoop().execute(() -> reads.detourEnded(Uring.EFAULT));
        }
        return detour;
    }

    /** On the channel's loop; the end comes as usual. */
    void cancel() {
        try {
            elsewhere.executor().execute(this::close);
        } catch (RejectedExecutionException e) {
            // That loop's end ends this, too.
            return;
        }
    }

    private void start() {
        try {
            registration = elsewhere.register(this);
        } catch (Exception e) {
            tellEnd(Uring.EFAULT);
            return;
        }
        read();
    }

    private void read() {
        if (cancelled || registration.submit(elsewhere.receiver().arm(fd, limit)) == 0) {
            end(Uring.ECANCELED);
        }
    }

    @Override
    public void resume() {
        if (waiting) {
            waiting = false;
            read();
        }
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() != Uring.OP_RECV_ZC) {
            return;
        }
        int result = completion.res();
        if (result > 0) {
            pass(elsewhere.receiver().take(completion, null, channel.alloc()));
        }
        if ((completion.flags() & Uring.CQE_F_MORE) == 0) {
            if (elsewhere.receiver().isExhausted(result)) {
                waiting = true;
                elsewhere.receiver().await(this);
                channel.eventLoop()
                        .schedule(
                                () -> elsewhere.executor().execute(elsewhere.receiver()::retry),
                                SocketReads.RETRY_MILLIS,
                                TimeUnit.MILLISECONDS);
            } else if (elsewhere.receiver().isTransient(result)) {
                read();
            } else {
                end(result);
            }
        }
    }

    private void pass(ByteBuf buffer) {
        try {
            home.execute(() -> reads.detoured(buffer));
        } catch (RejectedExecutionException e) {
            buffer.release();
        }
    }

    private void end(int result) {
        registration.cancel();
        tellEnd(result);
    }

    private void tellEnd(int result) {
        try {
            home.execute(() -> reads.detourEnded(result));
        } catch (RejectedExecutionException e) {
            // Nobody is left to hear it.
            return;
        }
    }

    @Override
    public void close() {
        cancelled = true;
        if (waiting) {
            resume();
        } else if (registration != null && registration.isValid()) {
            registration.submit(Uring.cancelAll(fd));
        }
    }
}
