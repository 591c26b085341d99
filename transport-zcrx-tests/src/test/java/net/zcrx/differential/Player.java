// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCounted;
import java.io.File;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.differential.Scenario.Role;

/**
 * Plays a sequence on one transport. After each step it waits until both sides are at rest: the event loops were gone
 * through some times with nothing new on either side. That is no wait for time: on loopback what one socket sends is in
 * the other's queue, and its event loop woken, when the call returns.
 *
 * <p>On the second transport it waits, within bounds, also until the step gave what it gave on the first.
 */
final class Player {
    private static final int QUIET_ROUNDS = 3;
    private static final long REST_SECONDS = 5;
    private static final int SEND_BUFFER = 256 * 1024;

    private final Rig rig;
    private final Scenario scenario;
    private final Peers peers;
    private final Subject subject;
    /** The sections of the transport before; {@code null} on the first. */
    private final List<List<String>> expected;

    private final long graceNanos;
    private boolean raced;

    private Player(Rig rig, Scenario scenario, Peers peers, List<List<String>> expected, long graceMillis)
            throws Exception {
        this.rig = rig;
        this.scenario = scenario;
        this.peers = peers;
        this.expected = expected;
        this.graceNanos = TimeUnit.MILLISECONDS.toNanos(graceMillis);
        subject = new Subject(rig, peers.targets(), scenario);
    }

    /**
     * Plays {@code scenario} and returns its sections: one of the beginning, one for each step, and one of the end. It
     * ends early where a section is not as {@code expected}, or where the rest is not to be compared. What always holds
     * and does not is added to {@code broken}.
     */
    static Result play(
            Rig rig,
            Scenario scenario,
            SocketAddress unanswering,
            File file,
            List<List<String>> expected,
            long graceMillis,
            List<List<String>> broken)
            throws Exception {
        try (Peers peers = new Peers(unanswering, file)) {
            Player player = new Player(rig, scenario, peers, expected, graceMillis);
            try {
                return new Result(player.play(), player.subject.trace.hasFailed());
            } finally {
                player.end();
                broken.addAll(player.releaseWritten());
            }
        }
    }

    /** @param failed whether one of epoll's own faults came in between */
    record Result(List<List<String>> sections, boolean failed) {}

    private List<List<String>> play() throws Exception {
        begin();
        boolean same = settle();
        for (Step step : scenario.steps()) {
            if (!same) {
                return subject.trace.sections();
            }
            run(step);
            if (step.where() == Step.Where.RACE) {
                // What comes after would depend on who was first.
                raced = true;
                break;
            }
            same = settle()
                    && !Difference.isOver(
                            subject.trace.sections(), subject.trace.sections().size() - 1);
        }
        if (same) {
            finish();
        }
        return subject.trace.sections();
    }

    private void begin() throws Exception {
        switch (scenario.role()) {
            case CLIENT -> {
                Channel channel = rig.platform.newSocketChannel();
                setUp(channel);
                subject.begin(channel);
            }
            case SERVER -> {
                Channel channel = rig.platform.newServerSocketChannel();
                channel.config().setAutoRead(scenario.autoRead());
                subject.begin(channel);
            }
            default -> {
                CountDownLatch begun = new CountDownLatch(1);
                rig.awaitChild(child -> {
                    setUp(child);
                    subject.begin(child);
                    begun.countDown();
                });
                peers.connect(rig.address());
                if (!begun.await(Rig.SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("No connection is accepted on " + rig.platform);
                }
            }
        }
    }

    private void setUp(Channel channel) {
        channel.config().setOption(ChannelOption.AUTO_READ, scenario.autoRead());
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, scenario.halfClosure());
        channel.config().setOption(ChannelOption.AUTO_CLOSE, scenario.autoClose());
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER);
        if (scenario.cut()) {
            channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1024));
        }
    }

    private void run(Step step) throws Exception {
        switch (step.where()) {
            case LOOP -> runOnLoop(step.ops());
            case OFF_LOOP -> act(step.ops());
            case HELD -> runHeld(step.ops());
            default -> {
                int half = step.ops().size() / 2;
                Thread other = new Thread(() -> act(step.ops().subList(0, half)));
                other.start();
                act(step.ops().subList(half, step.ops().size()));
                other.join();
            }
        }
    }

    private void act(List<Op> ops) {
        for (Op op : ops) {
            if (op.isPeers()) {
                try {
                    peers.act(op, subject);
                } catch (Exception e) {
                    throw new IllegalStateException("The peer cannot do " + op + " in\n" + scenario, e);
                }
            } else {
                subject.act(op);
            }
        }
    }

    private void runOnLoop(List<Op> ops) throws Exception {
        Channel channel = subject.channel();
        if (!channel.isRegistered() || channel.eventLoop().isShuttingDown()) {
            actWithoutLoop(ops);
        } else {
            channel.eventLoop().submit(() -> act(ops)).get(Rig.SECONDS, TimeUnit.SECONDS);
        }
    }

    /** One after the other, as there is no task that they are one part of: the first may give it a loop. */
    private void actWithoutLoop(List<Op> ops) {
        for (Op op : ops) {
            act(List.of(op));
            rig.roundTrips();
        }
    }

    private void runHeld(List<Op> ops) throws Exception {
        Channel channel = subject.channel();
        if (!channel.isRegistered() || channel.eventLoop().isShuttingDown()) {
            actWithoutLoop(ops);
            return;
        }
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        channel.eventLoop().execute(() -> {
            held.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            if (!held.await(Rig.SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The loop of " + channel + " stands still.");
            }
            act(ops);
        } finally {
            over.countDown();
        }
    }

    /** Waits for both sides to be at rest, and ends the section; returns whether it is as expected. */
    private boolean settle() throws Exception {
        int index = subject.trace.sections().size();
        List<String> wanted = expected == null ? null : expected.size() > index ? expected.get(index) : List.of();
        long deadline = System.nanoTime() + graceNanos;
        awaitEndOfGroup();
        rest();
        boolean same = true;
        if (wanted != null) {
            same = section().equals(wanted);
            while (!same && System.nanoTime() - deadline < 0) {
                rest();
                same = section().equals(wanted);
            }
        }
        subject.trace.endSection(section());
        return same;
    }

    private List<String> section() {
        if (raced && scenario.endsGroup()) {
            // epoll's may be left open.
            return List.of("group ended");
        }
        if (raced) {
            // What does not depend on who was first: the channel's end, once.
            List<String> ends = new ArrayList<>(subject.trace.section("state" + Subject.flags(subject.channel())));
            ends.removeIf(line -> !line.matches("(closeFuture|inactive|unregistered|removed|state|A promise).*"));
            return ends;
        }
        return Difference.withoutAll(scenario, subject.trace.section(state()));
    }

    private void rest() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS);
        int quiet = 0;
        int before = subject.trace.additions();
        while (quiet < QUIET_ROUNDS) {
            rig.roundTrips();
            boolean some = peers.poll();
            int now = subject.trace.additions();
            quiet = some || now != before ? 0 : quiet + 1;
            before = now;
            if (System.nanoTime() - deadline > 0) {
                subject.trace.add("Events come without end.");
                return;
            }
        }
    }

    private void awaitEndOfGroup() throws InterruptedException {
        if (rig.group.isShuttingDown()) {
            rig.group.awaitTermination(Rig.SECONDS, TimeUnit.SECONDS);
        }
    }

    private String state() {
        String group = rig.group.isShuttingDown() ? rig.group.isTerminated() ? ", group ended" : ", group ends" : "";
        String peer = scenario.role() == Role.SERVER ? "" : ", " + peers.state(subject.isCertain());
        return subject.state() + peer + group;
    }

    private void finish() throws Exception {
        subject.act(Op.op(Op.Kind.CLOSE));
        if (scenario.endsGroup()) {
            subject.act(Op.op(Op.Kind.SHUT_DOWN_GROUP));
        }
        settle();
        for (ChannelFuture future : subject.futures) {
            if (!future.isDone()) {
                subject.trace.add("A promise is not done.");
            }
        }
        subject.trace.endSection(section());
    }

    /**
     * What was written and whose promise is done is released; returns what is not, on our transport. The rest is
     * released here: nobody took it, or epoll has forgotten it with its loop.
     */
    private List<List<String>> releaseWritten() throws Exception {
        List<List<String>> lost = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS);
        for (Subject.Written written : subject.written) {
            boolean ours = rig.platform == Platform.ZCRX && written.promise().isDone();
            while (ours && written.message().refCnt() > 0 && System.nanoTime() - deadline < 0) {
                rig.roundTrips();
            }
            if (release(written.message()) && ours) {
                lost.add(List.of(written.message() + " was written, and is not released."));
            }
        }
        return lost;
    }

    /** Returns whether there was anything to release; what a loop releases at this moment is no more. */
    private static boolean release(ReferenceCounted message) {
        int count = message.refCnt();
        try {
            return count > 0 && message.release(count);
        } catch (IllegalReferenceCountException e) {
            return false;
        }
    }

    private void end() throws Exception {
        Channel channel = subject.channel();
        if (subject.executor != null) {
            subject.executor.setFull(false);
            subject.executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(Rig.SECONDS, TimeUnit.SECONDS);
        }
        if (channel == null || !channel.isOpen()) {
            return;
        }
        if (channel.isRegistered() && !rig.group.isShuttingDown()) {
            channel.close().await(Rig.SECONDS, TimeUnit.SECONDS);
        } else if (!channel.isRegistered()) {
            channel.unsafe().closeForcibly();
        } else {
            rig.closeIfEpoll(channel);
        }
    }
}
