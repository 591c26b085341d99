package net.zcrx;

import java.util.ArrayDeque;
import net.zcrx.receive.Receiver;
import net.zcrx.uring.IoVectors;

/** What the channels of one event loop share. Used on the loop's thread only. */
final class Loop {
    private final Receiver receiver;
    private final IoVectors vectors = new IoVectors();
    private final ArrayDeque<AbstractZcrxChannel> ready = new ArrayDeque<>();

    Loop(Receiver receiver) {
        this.receiver = receiver;
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

    void beginPass() {
        endChannels();
        vectors.beginPass();
    }

    void endPass() {
        vectors.endPass();
        endChannels();
        receiver.endPass();
    }

    void close() {
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
