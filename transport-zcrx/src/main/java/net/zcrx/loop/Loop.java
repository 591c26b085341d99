// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.zcrx.nic.NicException;
import net.zcrx.receive.GroupQueues;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.SharedQueue;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.send.Gathering;
import net.zcrx.uring.IoVectors;

/**
 * What the channels of one event loop share. Used on the loop's thread only, but for {@link #receivers()} and {@link
 * #isAsleep()}.
 */
public final class Loop {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Loop.class);

    /** From so many receiving connections, or sends, in a pass on, one submission for all of them costs no more. */
    private static final int MANY = 5;
    /**
     * From so many channels on that are asked before the loop sleeps: if one of them had data in this pass, others most
     * likely have some by the time that the loop would be asleep. To look once more costs less than a wake-up for each.
     */
    private static final int MANY_ASKED = 8;

    /** Marks of a handle that is in the queue of this name. */
    private static final byte READY = 1;

    private static final byte LATER = 2;

    private final Receiver receiver;
    private final int ring;
    private final Runnable wakeup;
    private final GroupQueues queues;
    /** The loop's own first, then one for each queue of another loop that has brought data to a connection here. */
    private final List<Receiver> receivers = new CopyOnWriteArrayList<>();

    private final IoVectors vectors = new IoVectors();
    private final Gathering gathering = new Gathering(vectors);
    private final ArrayDeque<ByteBuf> complete = new ArrayDeque<>();
    /** All that are registered, each at the index that it knows. */
    private final ArrayList<LoopHandle> channels = new ArrayList<>();

    private final ArrayDeque<LoopHandle> ready = new ArrayDeque<>();
    /** Those that go on in the next pass. */
    private final ArrayDeque<LoopHandle> later = new ArrayDeque<>();

    /** Those that are asked before the loop sleeps. */
    private final ArrayList<LoopHandle> asked = new ArrayList<>();
    /** Whether one of these had news in this pass. */
    private boolean news;

    private final Coalescing coalescing;
    private final PassContext context;
    private int pass;
    private boolean closed;

    /**
     * @param receiver the loop's own
     * @param wakeup wakes the loop from another thread
     * @param queues of the loop's group
     * @param timer wakes the loop for its tasks
     */
    public Loop(Receiver receiver, int ring, Runnable wakeup, GroupQueues queues, SleepTimer timer) {
        this.receiver = receiver;
        this.ring = ring;
        this.wakeup = wakeup;
        this.queues = queues;
        context = new PassContext(timer, this::maySleep);
        receivers.add(receiver);
        coalescing = new Coalescing(ring, receiver.counters());
    }

    /** What connections receive with that are not known to need another one. */
    public Receiver receiver() {
        return receiver;
    }

    /** All of the loop's receivers; from any thread. */
    public List<Receiver> receivers() {
        return receivers;
    }

    /**
     * Returns the receiver to try next for a connection that {@code current} cannot serve, as its packets arrive on
     * another queue.
     *
     * @param tries how often this was asked since the connection's last byte
     * @return {@code null} if every queue of the group was tried
     * @throws NicException if the kernel refuses this loop the queue
     */
    public Receiver receiverAfter(Receiver current, Socket socket, int tries) throws NicException {
        if (tries > queues.size()) {
            return null;
        }
        SharedQueue before = current instanceof ZeroCopyReceiver zeroCopy ? zeroCopy.queue() : null;
        SharedQueue next = tries == 0 ? queues.of(socket) : null;
        if (next == null || next == before) {
            // Not told; or the newest packet arrived on that queue, but the next one to be read did not.
            next = queues.after(before);
        }
        return next == null ? null : receiverOf(next);
    }

    private Receiver receiverOf(SharedQueue queue) throws NicException {
        for (Receiver each : receivers) {
            if (each instanceof ZeroCopyReceiver zeroCopy && zeroCopy.queue() == queue) {
                return each;
            }
        }
        ZeroCopyReceiver more = queue.share(ring, wakeup);
        more.start(Thread.currentThread());
        receivers.add(more);
        return more;
    }

    /**
     * Whether a thread that has added a task has to wake the loop up for it: one that is awake looks for tasks before
     * it sleeps. From any thread.
     */
    public boolean isAsleep() {
        // The task was added by a store that may still be on its way; see PassContext.
        VarHandle.fullFence();
        return context.isAsleep();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Number of the pass, which wraps around. */
    public int pass() {
        return pass;
    }

    /** For the buffers of a completion that has more than one: empty but while they are taken and handed on. */
    public ArrayDeque<ByteBuf> complete() {
        return complete;
    }

    /** A connection has received; its first bytes of this pass, if {@code first}. */
    public void received(int bytes, boolean first) {
        coalescing.received(bytes, first);
    }

    /** Something is to be submitted to the kernel, which only Netty's handler can do. */
    public void submitted() {
        coalescing.submitted();
    }

    /**
     * Whether so little is going on that what a connection sends now is best sent at once, by a system call: a request
     * would end the sleep that it is submitted with.
     */
    public boolean isLight() {
        return coalescing.connections() < MANY;
    }

    /** A connection sends. */
    public void sent() {
        coalescing.sent();
    }

    public Gathering gathering() {
        return gathering;
    }

    /** A channel registers. */
    public void add(LoopHandle handle) {
        handle.index(channels.size());
        channels.add(handle);
    }

    /** A channel that was registered is so no more. */
    public void remove(LoopHandle handle) {
        LoopHandle last = channels.remove(channels.size() - 1);
        if (last != handle) {
            last.index(handle.index());
            channels.set(handle.index(), last);
        }
    }

    /** Whether a channel is being closed, and waits for its requests to end. */
    public boolean isClosing() {
        for (int i = 0; i < channels.size(); i++) {
            if (channels.get(i).isClosePending()) {
                return true;
            }
        }
        return false;
    }

    /** Calls the channel's {@code endPass} before the loop may sleep; once, however often it is asked for. */
    public void ready(LoopHandle handle) {
        if (mark(handle, READY)) {
            ready.add(handle);
        }
    }

    /** Calls the channel's {@code endPass} in the next pass, before which the loop does not sleep. */
    public void readyLater(LoopHandle handle) {
        if (mark(handle, LATER)) {
            later.add(handle);
            context.leaveWork();
        }
    }

    /** Returns whether the handle did not have this mark. */
    private static boolean mark(LoopHandle handle, byte mark) {
        byte marks = handle.marks();
        handle.marks((byte) (marks | mark));
        return (marks & mark) == 0;
    }

    private static void unmark(LoopHandle handle, byte mark) {
        handle.marks((byte) (handle.marks() & ~mark));
    }

    /**
     * Asks the channel in each pass whether it has news, until the loop is about to sleep, and then whether it may. For
     * a channel whose data arrives in memory without an event for the loop. Asked until it has agreed once.
     */
    public void askBeforeSleep(LoopHandle handle) {
        asked.add(handle);
    }

    private boolean maySleep() {
        if (news && asked.size() >= MANY_ASKED) {
            return false;
        }
        boolean may = true;
        for (int i = asked.size() - 1; i >= 0; i--) {
            if (asked.get(i).maySleep()) {
                LoopHandle last = asked.remove(asked.size() - 1);
                if (i < asked.size()) {
                    asked.set(i, last);
                }
            } else {
                may = false;
            }
        }
        return may;
    }

    /** The channel leaves this loop. */
    public void forget(LoopHandle handle) {
        ready.remove(handle);
        later.remove(handle);
        asked.remove(handle);
    }

    /**
     * Before the loop looks for completions, and may sleep.
     *
     * @return what Netty's handler is to be told of this pass
     */
    public IoHandlerContext beginPass(IoHandlerContext netty) {
        pass++;
        LoopHandle handle;
        while ((handle = later.poll()) != null) {
            unmark(handle, LATER);
            ready(handle);
        }
        news = false;
        for (int i = 0; i < asked.size(); i++) {
            LoopHandle each = asked.get(i);
            if (each.hasNews()) {
                news = true;
                ready(each);
            }
        }
        endChannels();
        long sleep = Receiver.FOR_EVER;
        for (int i = 0; i < receivers.size(); i++) {
            sleep = Math.min(sleep, receivers.get(i).beginPass());
        }
        context.begin(netty, sleep);
        coalescing.await(context);
        vectors.beginPass();
        return context;
    }

    public void endPass() {
        context.end();
        vectors.endPass();
        endChannels();
        for (int i = 0; i < receivers.size(); i++) {
            if (receivers.get(i).endPass()) {
                context.leaveWork();
            }
        }
    }

    /** The ring is closed: closes what is open still, and gives up the memory. */
    public void close() {
        closed = true;
        for (LoopHandle handle : channels.toArray(new LoopHandle[0])) {
            try {
                handle.loopEnded();
            } catch (Throwable e) {
                LOGGER.warn("Could not close {} at the end of its event loop.", handle, e);
            }
        }
        endChannels();
        vectors.free();
        receivers.forEach(Receiver::close);
    }

    /** A channel may become ready again meanwhile; it ends because a channel asks for that only with news to tell. */
    private void endChannels() {
        LoopHandle handle;
        while ((handle = ready.poll()) != null) {
            unmark(handle, READY);
            try {
                handle.endPass();
            } catch (Throwable e) {
                handle.fail(e);
            }
        }
    }
}
