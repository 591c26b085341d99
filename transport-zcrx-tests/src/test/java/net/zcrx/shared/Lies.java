// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static net.zcrx.shared.BadDescriptors.sealed;
import static net.zcrx.shared.Lie.LIED;
import static net.zcrx.shared.Lie.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How the other side of a connection can break each of its rules, once the two are connected. */
final class Lies {
    private static final String NO_MEMORY = "is no shared memory";

    private final BadDescriptors descriptors;

    Lies(BadDescriptors descriptors) {
        this.descriptors = descriptors;
    }

    List<Lie> all() {
        List<Lie> all = new ArrayList<>();
        addWords(all);
        addTokens(all);
        addEntries(all);
        addMessages(all);
        addAreas(all);
        addEntriesOfAreas(all);
        addLeases(all);
        addEnds(all);
        return all;
    }

    private static void addWords(List<Lie> all) {
        all.add(new Lie("tail beyond the ring", LIED, liar -> liar.word(Layout.tail(liar.side), Layout.RING + 1)));
        all.add(new Lie("tail far away", LIED, liar -> liar.word(Layout.tail(liar.side), Integer.MIN_VALUE)));
        all.add(new Lie("tail moved back", LIED, liar -> liar.word(Layout.tail(liar.side), -1)));
        all.add(new Lie("head of nothing", LIED, liar -> {
            liar.word(Layout.head(liar.side), -1);
            // It is looked at when the ring seems full.
            fill(liar);
        }));
        all.add(new Lie("tokens of nothing", LIED, liar -> liar.giveBack(1)));
        all.add(new Lie("fewer tokens than none", LIED, liar -> liar.giveBack(-1)));
        all.add(new Lie("all tokens at once", LIED, liar -> liar.giveBack(Integer.MAX_VALUE)));
    }

    /** Has the victim write an entry. */
    private static void echoOne(Liar liar) throws Exception {
        int before = liar.otherTail();
        liar.slot(0, 100);
        liar.publish();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        while (liar.otherTail() == before && System.nanoTime() - deadline < 0) {
            Thread.sleep(1);
        }
    }

    /** Has the victim write more entries than its ring has. */
    private static void fill(Liar liar) {
        int out = 0;
        while (out <= Layout.RING && liar.segment.getAcquire(Layout.state(1 - liar.side)) == Outgoing.OPEN) {
            liar.publish();
            if (liar.tail == out) {
                liar.slot(0, 1);
            }
            int written = liar.otherTail();
            while (out < written) {
                int entry = Layout.data(1 - liar.side) + (out & Layout.RING - 1) * Layout.ENTRY_BYTES;
                liar.segment.put(
                        Layout.returns(liar.side) + (out & Layout.RING - 1) * Integer.BYTES,
                        liar.segment.get(entry + Layout.ENTRY_TOKEN));
                out++;
            }
            liar.segment.putRelease(Layout.returned(liar.side), out);
        }
    }

    private static void addTokens(List<Lie> all) {
        for (int token : new int[] {-1, 1, Layout.SLOTS, Layout.SLOTS + Layout.RING, Integer.MAX_VALUE}) {
            all.add(new Lie("token " + token + " back", LIED, liar -> {
                echoOne(liar);
                int right = liar.segment.get(Layout.data(1 - liar.side) + Layout.ENTRY_TOKEN);
                liar.giveBack(1, token == right ? token + 1 : token);
            }));
        }
        all.add(new Lie("a token back twice", LIED, liar -> {
            echoOne(liar);
            int right = liar.segment.get(Layout.data(1 - liar.side) + Layout.ENTRY_TOKEN);
            liar.giveBack(2, right, right);
        }));
    }

    private static void addEntries(List<Lie> all) {
        addEntry(all, "a negative offset", (liar, begin) -> liar.publish(0, -1, 100, 0));
        addEntry(all, "the words", (liar, begin) -> liar.publish(0, 0, 100, 0));
        addEntry(all, "the other's slots", (liar, begin) -> liar.publish(0, Layout.slots(1 - liar.side), 100, 0));
        addEntry(all, "nothing", (liar, begin) -> liar.publish(0, begin, 0, 0));
        addEntry(all, "a negative length", (liar, begin) -> liar.publish(0, begin, -1, 0));
        addEntry(all, "more than a slot", (liar, begin) -> liar.publish(0, begin, Layout.SLOT_BYTES + 1, 0));
        addEntry(all, "two slots", (liar, begin) -> liar.publish(0, begin + Layout.SLOT_BYTES - 1, 2, 0));
        addEntry(all, "more than all", (liar, begin) -> liar.publish(0, begin, Integer.MAX_VALUE, 0));
        addEntry(all, "the end of numbers", (liar, begin) -> liar.publish(0, Integer.MAX_VALUE, 100, 0));
        addEntry(all, "behind the end", (liar, begin) -> liar.publish(0, Layout.BYTES, 100, 0));
        addEntry(all, "across the end", (liar, begin) -> liar.publish(0, Layout.BYTES - 50, 100, Layout.SLOTS - 1));
        addEntry(all, "another slot's token", (liar, begin) -> liar.publish(0, begin, 100, 1));
        addEntry(all, "a negative token", (liar, begin) -> liar.publish(0, begin, 100, -1));
        addEntry(all, "a token too large", (liar, begin) -> liar.publish(0, begin, 100, 1 << 16));
        for (int area : new int[] {1, -1, 64, 65, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            addEntry(all, "area " + area + " that there is not", (liar, begin) -> liar.publish(area, begin, 100, 0));
        }
    }

    @FunctionalInterface
    private interface Entry {
        void write(Liar liar, int begin);
    }

    private static void addEntry(List<Lie> all, String name, Entry entry) {
        all.add(new Lie("an entry of " + name, LIED, liar -> entry.write(liar, Layout.slots(liar.side))));
    }

    private static void addMessages(List<Lie> all) {
        byte[] wake = message(Message.WAKE, 0, 0);
        for (int length : new int[] {1, 15, 16, 23, 25, 1000}) {
            byte[] data = Arrays.copyOf(wake, length);
            all.add(new Lie("a message of " + length + " bytes", LIED, liar -> liar.send(data)));
        }
        addMessage(all, "of another program", message(1, Message.VERSION, Message.WAKE, 0, 0));
        addMessage(all, "of another version", message(Liar.MAGIC, Message.VERSION + 1, Message.WAKE, 0, 0));
        addMessage(all, "of kind 0", message(0, 0, 0));
        addMessage(all, "of kind 9", message(9, 0, 0));
        addMessage(all, "that is a second welcome", message(Message.WELCOME, 0, 0));
        addMessage(all, "that is a late refusal", message(Message.REFUSAL, 1, 0));
        addMessage(all, "of an area without descriptor", message(Message.AREA, 1, 4096));
        all.add(new Lie("a wake-up with a descriptor", LIED, liar -> liar.send(wake, 0)));
        all.add(new Lie("an empty message with descriptors", LIED, liar -> liar.send(new byte[0], 0, 1)));
        all.add(new Lie("short message with descriptors", LIED, liar -> liar.send(new byte[3], 0, 1, 2)));
        for (int count : new int[] {2, 4, 5, 20}) {
            all.add(new Lie(count + " descriptors of an area", LIED, liar -> {
                int[] descriptors = new int[count];
                liar.send(message(Message.AREA, 1, 4096), descriptors);
            }));
        }
        all.add(new Lie(
                "a second hello",
                LIED,
                liar -> liar.send(
                        message(Message.HELLO, 0, Layout.BYTES),
                        liar.segment.area().file().fd())));
    }

    private static void addMessage(List<Lie> all, String name, byte[] message) {
        all.add(new Lie("a message " + name, LIED, liar -> liar.send(message)));
    }

    /** Sends a descriptor as that of an area. */
    private static void send(Liar liar, int number, long bytes, int descriptor) {
        send(liar, message(Message.AREA, number, bytes), descriptor);
    }

    private static void send(Liar liar, byte[] message, int descriptor) {
        liar.send(message, descriptor);
        ControlSocket.close(descriptor);
    }

    private void addAreas(List<Lie> all) {
        addArea(all, "a pipe", LIED, BadDescriptors::pipe);
        addArea(all, "a device", LIED, BadDescriptors::device);
        addArea(all, "a directory", LIED, descriptors::directory);
        addArea(all, "a file", LIED, descriptors::file);
        addArea(all, "a socket", LIED, BadDescriptors::socket);
        addArea(all, "unsealed memory", LIED, () -> BadDescriptors.unsealed(1 << 20));
        addArea(all, "memory that others write to", LIED, () -> BadDescriptors.writable(1 << 20));
        addArea(all, "no memory", NO_MEMORY, () -> sealed(0));
        addArea(all, "too much memory", NO_MEMORY, () -> sealed(2L << 30));
        all.add(new Lie("an area of number 2", LIED, liar -> send(liar, 2, 4096, sealed(1 << 20))));
        all.add(new Lie("an area of number 0", LIED, liar -> send(liar, 0, 4096, sealed(1 << 20))));
        for (long most : new long[] {0, -1, 4097, Long.MAX_VALUE}) {
            all.add(new Lie("an area with " + most + " bytes out", LIED, liar -> send(liar, 1, most, sealed(4096))));
        }
        all.add(new Lie("areas without end", LIED, liar -> {
            for (int number = 1; number <= 65; number++) {
                send(liar, number, 4096, sealed(4096));
                while (number % 32 == 0 && liar.control.receive() != null) {
                    // It answers nothing.
                }
            }
        }));
    }

    private static void addArea(List<Lie> all, String name, String words, BadDescriptors.Opening opening) {
        all.add(new Lie("an area that is " + name, words, liar -> send(liar, 1, 4096, opening.open())));
    }

    private static void addLeases(List<Lie> all) {
        byte[] lease = message(Message.LEASE, 1, 0);
        byte[] forget = message(Message.FORGET, 1, 0);
        addMessage(all, "of a lease without descriptor", lease);
        addMessage(all, "that forgets an area that there is not", forget);
        addMessage(all, "that forgets area 0", message(Message.FORGET, 0, 0));
        all.add(new Lie("a lease that is a device", LIED, liar -> send(liar, lease, BadDescriptors.device())));
        all.add(new Lie("a lease of area 2", LIED, liar -> {
            send(liar, message(Message.LEASE, 2, 0), BadDescriptors.pipe());
        }));
        all.add(new Lie("leases without end", LIED, liar -> {
            // No more than the first that is too many: the connection may be closed before another one.
            for (int i = 0; i < ForeignLeases.MOST + 2; i++) {
                send(liar, lease, BadDescriptors.pipe());
            }
        }));
        all.add(new Lie("to forget with a descriptor", LIED, liar -> {
            send(liar, 1, 4096, sealed(4096));
            send(liar, forget, BadDescriptors.pipe());
        }));
        all.add(new Lie("to forget twice", LIED, liar -> {
            send(liar, lease, BadDescriptors.pipe());
            send(liar, 1, 4096, sealed(4096));
            liar.send(forget);
            liar.send(forget);
        }));
        all.add(new Lie("an entry of an area that is forgotten", LIED, liar -> {
            send(liar, 1, 4096, sealed(4096));
            liar.send(forget);
            liar.publish(1, 0, 100, 20);
        }));
    }

    private static void addEntriesOfAreas(List<Lie> all) {
        int[][] entries = {{-1, 10, 20}, {4000, 97, 20}, {4096, 1, 20}, {0, 4097, 20}, {Integer.MAX_VALUE, 1, 20}};
        for (int[] entry : entries) {
            all.add(new Lie("bytes from " + entry[0] + " on, " + entry[1] + ", of an area of 4096", LIED, liar -> {
                send(liar, 1, 4096, sealed(4096));
                liar.publish(1, entry[0], entry[1], entry[2]);
            }));
        }
        all.add(new Lie("more bytes of an area than may be out", LIED, liar -> {
            send(liar, 1, 1000, sealed(1 << 20));
            liar.publish(1, 0, 1001, 20);
        }));
    }

    private static void addEnds(List<Lie> all) {
        String ended = "has ended without closing";
        all.add(new Lie("the end of the socket", ended, Liar::end));
        all.add(new Lie("the end of its output", ended, liar -> liar.socket.shutdown(false, true)));
        // Or, if the echo is written after the end: "has closed".
        all.add(new Lie("the end behind data", "clos", liar -> {
            liar.slot(0, 1000);
            liar.publish();
            liar.end();
        }));
    }
}
