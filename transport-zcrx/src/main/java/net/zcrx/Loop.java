package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.zcrx.nic.NicException;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.SharedQueue;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.IoVectors;

/** What the channels of one event loop share. Used on the loop's thread only, but for {@link #receivers()}. */
final class Loop {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Loop.class);

    private final Receiver receiver;
    private final int ring;
    private final Runnable wakeup;
    private final GroupQueues queues;
    /** The loop's own first, then one for each queue of another loop that a connection of this one came by. */
    private final List<Receiver> receivers = new CopyOnWriteArrayList<>();

    private final IoVectors vectors = new IoVectors();
    private final ArrayDeque<ByteBuf> complete = new ArrayDeque<>();
    /** All that are registered, each at the index that it knows. */
    private final ArrayList<AbstractZcrxChannel> channels = new ArrayList<>();

    private final ArrayDeque<AbstractZcrxChannel> ready = new ArrayDeque<>();
    /** Those that go on in the next pass. */
    private final ArrayDeque<AbstractZcrxChannel> later = new ArrayDeque<>();

    private final Coalescing coalescing;
    private final PassContext context = new PassContext();
    private boolean closed;

    /**
     * @param receiver the loop's own
     * @param wakeup wakes the loop from another thread
     * @param queues of the loop's group
     */
    Loop(Receiver receiver, int ring, Runnable wakeup, GroupQueues queues) {
        this.receiver = receiver;
        this.ring = ring;
        this.wakeup = wakeup;
        this.queues = queues;
        receivers.add(receiver);
        coalescing = new Coalescing(ring, receiver.counters());
    }

    /** What connections receive with that are not known to need another one. */
    Receiver receiver() {
        return receiver;
    }

    /** All of the loop's receivers; from any thread. */
    List<Receiver> receivers() {
        return receivers;
    }

    /**
     * What a connection may receive with that cannot with {@code current}, as its packets come by another queue.
     *
     * @param tries how often this was asked since the connection's last byte
     * @return {@code null} if every queue of the group was tried
     * @throws NicException if the kernel refuses this loop the queue
     */
    Receiver receiverAfter(Receiver current, Socket socket, int tries) throws NicException {
        if (tries > queues.size()) {
            return null;
        }
        SharedQueue before = current instanceof ZeroCopyReceiver ? ((ZeroCopyReceiver) current).queue() : null;
        BoundQueue next = tries == 0 ? queues.of(socket) : null;
        if (next == null || next.shared() == before) {
            // Not told; or the newest packet came by that queue, but the next one to be read did not.
            next = queues.after(before);
        }
        return next == null ? null : receiverOf(next);
    }

    private Receiver receiverOf(BoundQueue queue) throws NicException {
        for (Receiver each : receivers) {
            if (each instanceof ZeroCopyReceiver && ((ZeroCopyReceiver) each).queue() == queue.shared()) {
                return each;
            }
        }
        ZeroCopyReceiver more = queue.share(ring, wakeup);
        more.start(Thread.currentThread());
        receivers.add(more);
        return more;
    }

    boolean isClosed() {
        return closed;
    }

    /** For the buffers of a completion that has more than one: empty but while they are taken and handed on. */
    ArrayDeque<ByteBuf> complete() {
        return complete;
    }

    Coalescing coalescing() {
        return coalescing;
    }

    IoVectors vectors() {
        return vectors;
    }

    /** A channel registers. */
    void add(AbstractZcrxChannel channel) {
        channel.index(channels.size());
        channels.add(channel);
    }

    /** A channel that was registered is so no more. */
    void remove(AbstractZcrxChannel channel) {
        AbstractZcrxChannel last = channels.remove(channels.size() - 1);
        if (last != channel) {
            last.index(channel.index());
            channels.set(channel.index(), last);
        }
    }

    /** Whether a channel is being closed, and waits for its requests to end. */
    boolean isClosing() {
        for (int i = 0; i < channels.size(); i++) {
            if (channels.get(i).isClosePending()) {
                return true;
            }
        }
        return false;
    }

    /** Calls the channel's {@code endPass} before the loop may sleep; once, however often it is asked for. */
    void ready(AbstractZcrxChannel channel) {
        if (channel.markReady()) {
            ready.add(channel);
        }
    }

    /** Calls the channel's {@code endPass} in the next pass, before which the loop does not sleep. */
    void readyLater(AbstractZcrxChannel channel) {
        if (channel.markReady()) {
            later.add(channel);
            context.leaveWork();
        }
    }

    /** The channel leaves this loop. */
    void forget(AbstractZcrxChannel channel) {
        ready.remove(channel);
        later.remove(channel);
    }

    /**
     * Before the loop looks for completions, and may sleep.
     *
     * @return what Netty's handler is to be told of this pass
     */
    IoHandlerContext beginPass(IoHandlerContext netty) {
        AbstractZcrxChannel channel;
        while ((channel = later.poll()) != null) {
            ready.add(channel);
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

    void endPass() {
        vectors.endPass();
        endChannels();
        for (int i = 0; i < receivers.size(); i++) {
            if (receivers.get(i).endPass()) {
                context.leaveWork();
            }
        }
    }

    /** The ring is closed: closes what is open still, and gives up the memory. */
    void close() {
        closed = true;
        for (AbstractZcrxChannel channel : channels.toArray(new AbstractZcrxChannel[0])) {
            try {
                channel.loopEnded();
            } catch (Throwable e) {
                LOGGER.warn("Could not close {} at the end of its event loop.", channel, e);
            }
        }
        endChannels();
        vectors.free();
        receivers.forEach(Receiver::close);
    }

    /** A channel may become ready again meanwhile; it ends because a channel asks for that only with news to tell. */
    private void endChannels() {
        AbstractZcrxChannel channel;
        while ((channel = ready.poll()) != null) {
            channel.clearReady();
            try {
                channel.endPass();
            } catch (Throwable e) {
                channel.raiseAndClose(e);
            }
        }
    }
}
