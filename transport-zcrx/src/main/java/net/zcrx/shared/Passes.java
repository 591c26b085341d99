// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;

/** Drives a connection in the passes of its event loop. Used on the loop's thread. */
final class Passes implements Polls.Owner {
    private final ZcrxSharedChannel channel;
    private final Link link;
    private final Reading reading;
    private final Polls polls;
    /** The socket may have more messages than one pass takes. */
    private boolean moreMessages;
    /** Set while {@link #endPass()} is running. */
    private boolean inEndPass;

    /** Found before the loop's sleep; the next pass reports it. */
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

    /** Makes released memory go back: with the pass that ends now, or else at the end of this one. */
    void giveBackSoon() {
        if (!inEndPass) {
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
            link.setAwake();
        } catch (IOException e) {
            fail(e);
            return;
        }
        polls.askBeforeSleep();
        polls.ready();
    }

    @Override
    public void woken() {
        if (channel.isOpen()) {
            link.setAwake();
            polls.askBeforeSleep();
            polls.ready();
        }
    }

    private void takeMessages() throws IOException {
        moreMessages = link.takeMessages();
        if (moreMessages) {
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
        inEndPass = true;
        try {
            // Both together: a side that has announced that it is awake must be asked before the loop sleeps.
            link.setAwake();
            polls.askBeforeSleep();
            if (moreMessages) {
                takeMessages();
            }
            channel.endPass();
        } catch (IOException e) {
            fail(e);
        } finally {
            inEndPass = false;
        }
    }

    @Override
    public boolean hasNews() {
        boolean reads = reading.isReading();
        return failure != null || link.hasNews(reads) || reads && reading.hasRest();
    }

    @Override
    public boolean maySleep() {
        boolean may;
        try {
            boolean reads = reading.isReading();
            may = !(reads && reading.hasRest()) && link.maySleep(reads, channel.isBlocked());
            if (may && link.isToBeWoken()) {
                polls.awaitFutex(link.futexAddress());
            }
        } catch (RuleViolationException e) {
            // The loop is iterating over its channels: closing one now would disturb that.
            failure = e;
            may = false;
        }
        if (may) {
            channel.beforeSleep();
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
