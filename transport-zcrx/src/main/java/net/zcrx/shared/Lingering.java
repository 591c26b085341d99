// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.EventLoop;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Waits for the buffers that a closed channel has handed over: the other side may read them still, and their pages must
 * not be filled anew meanwhile. It ends when all have come back, when the other side has ended, or with the loop.
 */
final class Lingering implements Polls.Owner {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Lingering.class);

    private final Link link;
    private final Outgoing out;
    private final Polls polls;

    Lingering(Link link, Outgoing out) {
        this.link = link;
        this.out = out;
        polls = new Polls(this, link.fd());
    }

    void begin(EventLoop eventLoop) {
        try {
            polls.register(eventLoop, registered -> {
                if (registered.isSuccess()) {
                    polls.watch();
                    polls.ready();
                } else {
                    end(Link.Other.PRESENT);
                }
            });
        } catch (RuntimeException e) {
            // The loop takes no tasks any more.
            end(Link.Other.PRESENT);
        }
    }

    private void end(Link.Other other) {
        polls.leave();
        link.endWriting(other);
    }

    @Override
    public void polled(boolean ended) {
        if (ended) {
            end(Link.Other.GONE);
        } else {
            polls.ready();
        }
    }

    @Override
    public void endPass() {
        try {
            if (link.drainMessages()) {
                polls.readyLater();
            }
            do {
                link.requestWakeUp();
            } while (out.takeBack());
        } catch (RuleViolationException e) {
            fail(e);
            return;
        }
        if (out.handedOver() == 0) {
            end(Link.Other.PRESENT);
        }
    }

    @Override
    public void loopEnds() {
        end(Link.Other.PRESENT);
    }

    @Override
    public void fail(Throwable cause) {
        LOGGER.debug("What was handed over by a shared-memory connection is not waited for any more.", cause);
        end(cause instanceof RuleViolationException ? Link.Other.VIOLATOR : Link.Other.PRESENT);
    }
}
