// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.zcrx.receive.Counters;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What one side of a connection does against what the other does at that moment. */
public final class SharedRaces {
    private static final byte VALUE = 7;

    private SharedRaces() {}

    /** The two sides of a connection. One is used again and again, as it takes descriptors and memory. */
    private static final class Fixture {
        private static final ConcurrentLinkedQueue<Fixture> FREE = new ConcurrentLinkedQueue<>();

        static {
            // Its native library has the sockets.
            IoUring.ensureAvailability();
        }

        private final ControlSocket[] sockets = new ControlSocket[2];
        final Link writer;
        final Link reader;

        private Fixture() {
            try {
                connect();
                Segment segment = Segment.create();
                writer = new Link(segment, sockets[0], sockets[0].peer(), 0);
                reader = new Link(segment, sockets[1], sockets[1].peer(), 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            for (Link each : new Link[] {writer, reader}) {
                // By messages, which can be counted; for a futex the words are the same.
                each.enter(new Counters(), false, () -> {}, () -> {});
            }
        }

        private void connect() throws IOException {
            DomainSocketAddress address =
                    new DomainSocketAddress('\0' + UUID.randomUUID().toString());
            Socket listener = ControlSocket.open();
            listener.bind(address);
            listener.listen(1);
            Socket client = ControlSocket.open();
            client.connect(address);
            sockets[0] = new ControlSocket(client);
            sockets[1] = new ControlSocket(new Socket(listener.accept(new byte[128])));
            listener.close();
        }

        static Fixture take() {
            Fixture free = FREE.poll();
            return free == null ? new Fixture() : free;
        }

        void write() {
            ByteBuf value = Unpooled.wrappedBuffer(new byte[] {VALUE});
            try {
                writer.write(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            writer.publish();
        }

        /** {@code null} if there is nothing. */
        ByteBuf read() {
            try {
                return reader.hasNext() ? reader.next(UnpooledByteBufAllocator.DEFAULT) : null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static int sleeps(Link link, boolean reads) {
            try {
                return link.maySleep(reads, !reads) ? 1 : 0;
            } catch (RuleViolationException e) {
                throw new UncheckedIOException(e);
            }
        }

        private int rung(int side) {
            try {
                return sockets[side].receive() != null ? 1 : 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int writerRung() {
            return rung(0);
        }

        int readerRung() {
            return rung(1);
        }

        /** Brings all back, so that the next one begins as this one has. */
        void leave() {
            try {
                writer.setAwake();
                reader.setAwake();
                for (ByteBuf buffer; (buffer = read()) != null; ) {
                    buffer.release();
                }
                reader.giveBack();
                writer.takeBack();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            FREE.add(this);
        }
    }

    /** A side writes while the other one falls asleep. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Found before the sleep.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Found, and rung for nothing.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Not found, but the reader is woken up.")
    @Outcome(expect = FORBIDDEN, desc = "The reader sleeps and has something to read.")
    @State
    public static class DataAndSleep {
        private final Fixture fixture = Fixture.take();

        @Actor
        public void write() {
            fixture.write();
        }

        @Actor
        public void fallAsleep(II_Result r) {
            r.r1 = Fixture.sleeps(fixture.reader, true);
        }

        @Arbiter
        public void wake(II_Result r) {
            r.r2 = fixture.readerRung();
            fixture.leave();
        }
    }

    /** A side gives a token back while the other one falls asleep because it has no room. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Found before the sleep.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Found, and rung for nothing.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Not found, but the writer is woken up.")
    @Outcome(expect = FORBIDDEN, desc = "The writer sleeps and has room.")
    @State
    public static class ReturnAndSleep {
        private final Fixture fixture = Fixture.take();

        public ReturnAndSleep() {
            fixture.write();
            fixture.read().release();
        }

        @Actor
        public void giveBack() {
            fixture.reader.giveBack();
        }

        @Actor
        public void fallAsleep(II_Result r) {
            r.r1 = Fixture.sleeps(fixture.writer, false);
        }

        @Arbiter
        public void wake(II_Result r) {
            r.r2 = fixture.writerRung();
            fixture.leave();
        }
    }

    /** A side reads what the other one writes at that moment. */
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "There, and whole.")
    @Outcome(expect = FORBIDDEN, desc = "The entry or its bytes are not those that were written.")
    @State
    public static class WriteAndRead {
        private final Fixture fixture = Fixture.take();

        @Actor
        public void write() {
            fixture.write();
        }

        @Actor
        public void read(I_Result r) {
            ByteBuf buffer = fixture.read();
            r.r1 = buffer == null ? -1 : buffer.getByte(0);
            if (buffer != null) {
                // Others that use the fixture must not find it here.
                buffer.setByte(0, 0);
                buffer.release();
            }
        }

        @Arbiter
        public void leave() {
            fixture.leave();
        }
    }
}
