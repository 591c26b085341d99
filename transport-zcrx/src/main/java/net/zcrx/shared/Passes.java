// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;

/** A connection on a loop: each pass of the loop, and what its polls tell. On the loop's thread. */
final class Passes implements Polls.Owner {
    private final ZcrxSharedChannel channel;
    private final Link link;
    private final Reading reading;
    private final Polls polls;
    /** The other side may have sent more by the socket. */
    private boolean messages;
    /** In the end of a pass. */
    private boolean passing;

    private Throwable failure;

    Passes(ZcrxSharedChannel channel, Link link, Reading reading) {
        this.channel = channel;
        this.link = link;
        this.reading = reading;
        polls = new Polls(this, link.fd());
    }

    Polls polls() {
        return polls;
    }

    /** What was released in a pass is given back at its end; else soon. */
    void giveBackSoon() {
        if (!passing) {
            polls.ready();
        }
    }

    @Override
    public void polled(boolean ended) {
        if (!channel.isOpen()) {
            return;
        }
        if (ended) {
            channel.otherGone();
        }
        try {
            takeMessages();
            link.awake();
        } catch (IOException e) {
            fail(e);
            return;
        }
        polls.wakeful();
        polls.ready();
    }

    @Override
    public void woken() {
        if (channel.isOpen()) {
            link.awake();
            polls.wakeful();
            polls.ready();
        }
    }

    private void takeMessages() throws IOException {
        messages = link.takeMessages();
        if (messages) {
            polls.readyLater();
        }
    }

    @Override
    public void endPass() {
        if (!channel.isOpen()) {
            return;
        }
        if (failure != null) {
            fail(failure);
            return;
        }
        passing = true;
        try {
            // Both together: whoever has told the other side that this one is awake must be asked before it sleeps.
            link.awake();
            polls.wakeful();
            if (messages) {
                takeMessages();
            }
            channel.endPass();
        } catch (IOException e) {
            fail(e);
        } finally {
            passing = false;
        }
    }

    @Override
    public boolean hasNews() {
        boolean reads = reading.isWanted();
        return failure != null || link.hasNews(reads) || reads && reading.hasRest();
    }

    @Override
    public boolean maySleep() {
        boolean may;
        try {
            boolean reads = reading.isWanted();
            may = !(reads && reading.hasRest()) && link.maySleep(reads, channel.isBlocked());
            if (may && link.isToBeWoken()) {
                polls.awaitFutex(link.rungAddress());
            }
        } catch (LiarException e) {
            // Closing now would change what the loop is going through.
            failure = e;
            may = false;
        }
        if (may) {
            channel.calm();
        } else {
            polls.ready();
        }
        return may;
    }

    @Override
    public void loopEnds() {
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    @Override
    public void fail(Throwable cause) {
        channel.fail(cause);
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}
