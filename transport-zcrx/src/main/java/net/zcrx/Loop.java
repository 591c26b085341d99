package net.zcrx;

import java.util.ArrayDeque;
import java.util.List;
import net.zcrx.receive.Receiver;
import net.zcrx.uring.IoVectors;

/** What the channels of one event loop share. Used on the loop's thread only. */
final class Loop {
    private final Receiver receiver;
    private final IoVectors vectors = new IoVectors();
    private final ArrayDeque<AbstractZcrxChannel> ready = new ArrayDeque<>();
    private final ZcrxIoHandler handler;
    private final List<ZcrxIoHandler> siblings;
    private boolean closed;

    /** @param siblings the handlers of all loops of the group, this one's among them; it may grow */
    Loop(Receiver receiver, ZcrxIoHandler handler, List<ZcrxIoHandler> siblings) {
        this.receiver = receiver;
        this.handler = handler;
        this.siblings = siblings;
    }

    List<ZcrxIoHandler> siblings() {
        return siblings;
    }

    /** The next one that has a NIC's queue after this one, {@code null} being this loop's own. */
    ZcrxIoHandler siblingAfter(ZcrxIoHandler current) {
        int index = siblings.indexOf(current == null ? handler : current);
        ZcrxIoHandler next;
        do {
            index = (index + 1) % siblings.size();
            next = siblings.get(index);
        } while (!next.receiver().isZeroCopy() && next != handler);
        return next == handler ? null : next;
    }

    boolean isClosed() {
        return closed;
    }

    Receiver receiver() {
        return receiver;
    }

    IoVectors vectors() {
        return vectors;
    }

    /** Calls the channel's {@code endPass} before the loop may sleep; once, however often it is asked for. */
    void ready(AbstractZcrxChannel channel) {
        if (channel.markReady()) {
            ready.add(channel);
        }
    }

    /** The channel leaves this loop. */
    void forget(AbstractZcrxChannel channel) {
        ready.remove(channel);
    }

    void beginPass() {
        endChannels();
        vectors.beginPass();
    }

    void endPass() {
        vectors.endPass();
        endChannels();
        receiver.endPass();
    }

    /** The ring is closed. */
    void close() {
        closed = true;
        endChannels();
        vectors.free();
        receiver.close();
    }

    /** A channel may become ready again meanwhile; it ends because a channel asks for that only with news to tell. */
    private void endChannels() {
        AbstractZcrxChannel channel;
        while ((channel = ready.poll()) != null) {
            channel.clearReady();
            channel.endPass();
        }
    }
}
