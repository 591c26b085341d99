package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.Reclaimer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Uring;

/**
 * Receives by zero copy: the NIC wrote the bytes into a page of the area, the completion names the page, and each
 * completion's page goes back on the refill ring exactly once. The same kernel interface without a NIC, where the
 * kernel copies, differs in what is counted.
 */
public final class ZeroCopyReceiver implements Receiver, Reclaimer {
    /** What one read of a channel without auto-read may bring, in bytes: as much as Netty's adaptive reads at most. */
    private static final int GRANT = 64 * 1024;

    private static final long OFFSET_MASK = (1L << 48) - 1;
    private static final int AREA_SHIFT = 48;

    private final InterfaceQueue queue;
    private final boolean device;
    private final Growth growth;
    private final List<Area> areas = new ArrayList<>();
    private final BufferPool pool;
    private final Counters counters = new Counters();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    /** Pages that found the refill ring full. */
    private final TokenStack overflow = new TokenStack();

    private ExhaustionGuard guard;
    private long received;
    private boolean published = true;
    private boolean returned;
    private boolean starved;

    /**
     * Takes over the queue and the area registered with it.
     *
     * @param device whether a NIC is there
     * @param wakeup wakes the loop from another thread
     */
    public ZeroCopyReceiver(InterfaceQueue queue, Area area, boolean device, Growth growth, Runnable wakeup) {
        this.queue = queue;
        this.device = device;
        this.growth = growth;
        pool = new BufferPool(this, wakeup);
        add(area);
    }

    @Override
    public void start(Thread loop) {
        pool.owner(loop);
    }

    @Override
    public IoUringIoOps arm(int fd, boolean once) {
        return Uring.recvZeroCopy(fd, queue.id(), once ? GRANT : 0);
    }

    @Override
    public int grant() {
        return GRANT;
    }

    @Override
    public ByteBuf take(IoUringIoEvent event, ByteBuf last, ByteBufAllocator alloc) {
        ByteBuffer extra = event.extraCqeData();
        long token = extra.order(ByteOrder.nativeOrder()).getLong(extra.position());
        int length = event.res();
        Area area = areas.get((int) (token >>> AREA_SHIFT));
        int offset = (int) (token & OFFSET_MASK);
        received += length;
        if (guard.isCopyingOut(pool.heldTokens())) {
            ByteBuf copy = guard.copyOut(area, offset, length, alloc);
            reclaim(token);
            return copy;
        }
        if (last instanceof ZcrxByteBuf && pool.extend((ZcrxByteBuf) last, area, offset, length, token)) {
            return last;
        }
        counters.add(device ? Counter.ZERO_COPY_BUFFERS : Counter.COPIED_BUFFERS, 1);
        return pool.get(area, offset, length, token, device, alloc);
    }

    @Override
    public void reclaim(long token) {
        returned = true;
        published = false;
        counters.add(Counter.REFILLS, 1);
        if (!queue.refill(token)) {
            overflow.push(token);
        }
    }

    @Override
    public boolean isExhausted(int result) {
        return result == Uring.ENOMEM;
    }

    @Override
    public void await(Waiter waiter) {
        counters.add(Counter.EXHAUSTIONS, 1);
        waiters.add(waiter);
    }

    @Override
    public boolean isTransient(int result) {
        if (result == Uring.ENOSPC) {
            // The completion queue was full; by now it has been read.
            counters.add(Counter.CQ_FULL, 1);
            return true;
        }
        return false;
    }

    @Override
    public boolean isZeroCopy() {
        return device;
    }

    @Override
    public boolean isCopyingOut() {
        return guard.isCopyingOut();
    }

    @Override
    public Counters counters() {
        return counters;
    }

    /** The kernel's event: the NIC found no free page. */
    public void starved() {
        starved = true;
        counters.add(Counter.STARVATIONS, 1);
        Area more = growth.grow(queue, areas);
        if (more != null) {
            add(more);
        }
    }

    @Override
    public void endPass() {
        pool.drain();
        if (!published) {
            publish();
        }
        if (!waiters.isEmpty()) {
            resumeWaiters();
        }
        if (starved && returned) {
            // Only now, with pages on their way: else it would fire again at once.
            starved = false;
            queue.armEvent(InterfaceQueue.EVENT_ALLOC_FAIL);
        }
        returned = false;
        long copied = device ? queue.copiedBytes() : received;
        counters.set(Counter.COPIED_BYTES, copied);
        counters.set(Counter.ZERO_COPY_BYTES, received - copied);
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.OFF_LOOP_RETURNS, pool.offLoopReturns());
    }

    @Override
    public void close() {
        queue.free();
        pool.close();
        areas.forEach(Area::release);
    }

    private void add(Area area) {
        areas.add(area);
        long bytes = 0;
        for (Area each : areas) {
            bytes += each.length();
        }
        guard = new ExhaustionGuard((int) (bytes / queue.bufferBytes()), counters);
    }

    private void publish() {
        queue.publish();
        while (!overflow.isEmpty() && queue.flush() == 0) {
            while (!overflow.isEmpty() && queue.refill(overflow.peek())) {
                overflow.pop();
            }
            queue.publish();
        }
        published = overflow.isEmpty();
    }

    /**
     * The kernel's copies take pages from its free list only, which the refill ring feeds when the NIC wants pages, or
     * when it is flushed: without the flush a receive that lacked a page would lack it for ever.
     */
    private void resumeWaiters() {
        if (!returned) {
            pool.wantReturns(true);
            if (!returned) {
                return;
            }
            publish();
        }
        pool.wantReturns(false);
        queue.flush();
        for (int i = waiters.size(); i > 0; i--) {
            waiters.poll().resume();
        }
    }
}
