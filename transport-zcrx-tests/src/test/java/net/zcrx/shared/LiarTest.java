// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that breaks each rule of a connection once, as its client and as its server: the connection ends with a
 * sentence, all that was opened or mapped for it goes, and another connection of the same loop goes on.
 */
class LiarTest {
    private static final String LIED = "broke its rules";
    private static final String NO_MEMORY = "is no shared memory";

    private static final int F_DUPFD = 0;

    @TempDir
    Path directory;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    /** A lie, and what the victim says to it. */
    private record Lie(String name, String words, Telling telling) {}

    @FunctionalInterface
    private interface Telling {
        void tell(Liar liar) throws Exception;
    }

    @ChannelHandler.Sharable
    private static final class Victim extends SharedChannelTest.Echo {
        final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    static int descriptors() {
        return new File("/proc/self/fd").list().length;
    }

    @TestFactory
    Stream<DynamicTest> shouldEndConnectionOfLyingClient() throws Exception {
        Victim victim = new Victim();
        Channel server = loops.server(victim).bind().sync().channel();
        DomainSocketAddress address = (DomainSocketAddress) server.localAddress();
        return tests(victim, () -> Liar.client(address));
    }

    @TestFactory
    Stream<DynamicTest> shouldEndConnectionToLyingServer() throws Exception {
        Victim victim = new Victim();
        DomainSocketAddress address = SharedLoops.newAddress();
        Socket listener = Liar.listen(address);
        return tests(victim, () -> {
                    ChannelFuture connected = loops.client(victim).connect(address);
                    Liar liar = Liar.server(listener);
                    connected.sync();
                    return liar;
                })
                .onClose(() -> ControlSocket.close(listener.intValue()));
    }

    @FunctionalInterface
    private interface Meeting {
        Liar begin() throws Exception;
    }

    private Stream<DynamicTest> tests(Victim victim, Meeting meeting) throws Exception {
        Witness witness = new Witness(loops, 1);
        witness.look();
        return lies().stream()
                .map(lie -> dynamicTest(lie.name, () -> {
                    int before = descriptors();
                    long mapped = Area.mappedBytes();
                    victim.failures.clear();
                    victim.active.clear();
                    try (Liar liar = meeting.begin()) {
                        Channel channel = victim.active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
                        lie.telling.tell(liar);
                        assertTrue(
                                channel.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS),
                                "The connection goes on.");
                        Throwable failure = victim.failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
                        assertTrue(failure != null && failure.getMessage().contains(lie.words), () -> "" + failure);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                    loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
                    assertTrue(victim.failures.isEmpty(), "It was told once.");
                }));
    }

    private List<Lie> lies() {
        List<Lie> all = new ArrayList<>();
        addWords(all);
        addTokens(all);
        addEntries(all);
        addMessages(all);
        addAreas(all);
        addEntriesOfAreas(all);
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

    static byte[] message(int magic, int version, int kind, int number, long bytes) {
        return ByteBuffer.allocate(Message.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(magic)
                .putInt(version)
                .putInt(kind)
                .putInt(number)
                .putLong(bytes)
                .array();
    }

    private static byte[] message(int kind, int number, long bytes) {
        return message(Liar.MAGIC, Message.VERSION, kind, number, bytes);
    }

    private static void addMessages(List<Lie> all) {
        byte[] wake = message(Message.WAKE, 0, 0);
        for (int length : new int[] {1, 15, 16, 23, 25, 1000}) {
            byte[] data = java.util.Arrays.copyOf(wake, length);
            all.add(new Lie("a message of " + length + " bytes", LIED, liar -> liar.send(data)));
        }
        addMessage(all, "of another program", message(1, Message.VERSION, Message.WAKE, 0, 0));
        addMessage(all, "of another version", message(Liar.MAGIC, 2, Message.WAKE, 0, 0));
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
        liar.send(message(Message.AREA, number, bytes), descriptor);
        ControlSocket.close(descriptor);
    }

    private void addAreas(List<Lie> all) {
        addArea(all, "a pipe", LIED, () -> {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            pipe[0].close();
            return pipe[1].intValue();
        });
        addArea(all, "a device", LIED, () -> FileDescriptor.from("/dev/zero").intValue());
        addArea(all, "a directory", LIED, () -> directory());
        addArea(
                all,
                "a file",
                LIED,
                () -> FileDescriptor.from(File.createTempFile("zcrx", "file", directory.toFile()))
                        .intValue());
        addArea(all, "a socket", LIED, () -> ControlSocket.open().intValue());
        addArea(
                all,
                "unsealed memory",
                LIED,
                () -> MemoryFile.create(1 << 20, 0).fd());
        addArea(all, "memory that others write to", LIED, () -> {
            MemoryFile file = MemoryFile.create(1 << 20, 0);
            file.sealLength();
            return file.fd();
        });
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

    @SuppressWarnings("try") // It is looked for among the descriptors.
    private int directory() throws Exception {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(directory);
                Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(each) && Files.readSymbolicLink(each).equals(directory)) {
                    return Native.fcntl(Integer.parseInt(each.getFileName().toString()), F_DUPFD, 0);
                }
            }
        }
        throw new AssertionError("It is not open.");
    }

    private static int sealed(long bytes) throws Exception {
        MemoryFile file = MemoryFile.create(bytes, 0);
        file.sealWrites();
        return file.fd();
    }

    @FunctionalInterface
    private interface Opening {
        int open() throws Exception;
    }

    private static void addArea(List<Lie> all, String name, String words, Opening opening) {
        all.add(new Lie("an area that is " + name, words, liar -> send(liar, 1, 4096, opening.open())));
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

    /** Whatever comes first instead of a hello. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseLyingClient() throws Exception {
        Channel server = loops.server(new Victim()).bind().sync().channel();
        DomainSocketAddress address = (DomainSocketAddress) server.localAddress();
        Witness witness = new Witness(loops, 2);
        witness.look();
        return hellos().stream()
                .map(lie -> dynamicTest(lie.name, () -> {
                    int before = descriptors();
                    try (Liar liar = Liar.silentClient(address)) {
                        lie.telling.tell(liar);
                        if (!lie.words.isEmpty()) {
                            Message answer = liar.receive();
                            assertEquals(Message.REFUSAL + " " + lie.words, answer.kind() + " " + answer.number());
                        }
                        awaitEnd(liar);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                }));
    }

    private static void awaitEnd(Liar liar) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        while (liar.control.send(Message.RING)) {
            assertTrue(System.nanoTime() - deadline < 0, "The connection goes on.");
            Thread.sleep(1);
        }
    }

    private static void addHello(List<Lie> all, String name, Opening opening) {
        all.add(new Lie(name, "" + Message.REFUSED_MEMORY, liar -> {
            int descriptor = opening.open();
            liar.send(message(Message.HELLO, 0, Layout.BYTES), descriptor);
            ControlSocket.close(descriptor);
        }));
    }

    private List<Lie> hellos() {
        List<Lie> all = new ArrayList<>();
        byte[] hello = message(Message.HELLO, 0, Layout.BYTES);
        addHello(
                all, "unsealed memory", () -> MemoryFile.create(Layout.BYTES, 0).fd());
        addHello(all, "memory that is sealed against writing", () -> sealed(Layout.BYTES));
        addHello(all, "too little memory", () -> sealed(Layout.BYTES - 1));
        addHello(all, "too much memory", () -> sealed(Layout.BYTES + 1));
        addHello(all, "a directory", () -> directory());
        addHello(all, "a device", () -> FileDescriptor.from("/dev/zero").intValue());
        addHello(all, "a pipe", () -> {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            pipe[0].close();
            return pipe[1].intValue();
        });
        all.add(new Lie(
                "a later version",
                "" + Message.REFUSED_VERSION,
                liar -> liar.send(message(Liar.MAGIC, 2, Message.HELLO, 0, 0), 0)));
        all.add(new Lie("no descriptor", "", liar -> liar.send(hello)));
        all.add(new Lie("two descriptors", "", liar -> liar.send(hello, 0, 1)));
        all.add(new Lie("ten descriptors", "", liar -> liar.send(hello, new int[10])));
        all.add(new Lie("another kind", "", liar -> liar.send(message(Message.WAKE, 0, 0))));
        all.add(new Lie("another program", "", liar -> liar.send("GET / HTTP/1.1\r\n\r\n".getBytes(), 0)));
        all.add(new Lie("an empty message with descriptors", "", liar -> liar.send(new byte[0], 0, 1)));
        all.add(new Lie("its end", "", liar -> liar.socket.shutdown(false, true)));
        return all;
    }

    /** Whatever answers a hello. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseLyingServer() throws Exception {
        DomainSocketAddress address = SharedLoops.newAddress();
        Socket listener = Liar.listen(address);
        Witness witness = new Witness(loops, 3);
        witness.look();
        return answers().stream()
                .map(lie -> dynamicTest(lie.name, () -> {
                    int before = descriptors();
                    long mapped = Area.mappedBytes();
                    ChannelFuture connected = loops.client(new Victim()).connect(address);
                    try (Liar liar = Liar.silentServer(listener)) {
                        ControlSocket.close(liar.receive().descriptors());
                        lie.telling.tell(liar);
                        assertTrue(connected.await(SharedLoops.SECONDS, TimeUnit.SECONDS), "It waits still.");
                        String failure = "" + connected.cause();
                        assertTrue(failure.contains(lie.words), failure);
                        witness.look();
                    }
                    loops.await("descriptors closed", () -> descriptors() <= before);
                    loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
                }))
                .onClose(() -> ControlSocket.close(listener.intValue()));
    }

    private static List<Lie> answers() {
        List<Lie> all = new ArrayList<>();
        addAnswer(all, "refusal of a version", "has version 7", message(Liar.MAGIC, 7, Message.REFUSAL, 1, 0));
        addAnswer(all, "welcome of a version", "has version 7", message(Liar.MAGIC, 7, Message.WELCOME, 0, 0));
        addAnswer(all, "refusal of a user", "ANY_USER", message(Message.REFUSAL, Message.REFUSED_USER, 0));
        addAnswer(all, "refusal of memory", "no memory or desc", message(Message.REFUSAL, Message.REFUSED_MEMORY, 0));
        addAnswer(all, "refusal for a new reason", "which this version has not", message(Message.REFUSAL, 99, 0));
        addAnswer(all, "an area", "which this version has not", message(Message.AREA, 1, 1));
        addAnswer(all, "another program", LIED, "SSH-2.0-OpenSSH_9.6 and so on\r\n".getBytes());
        all.add(new Lie("empty with descriptors", LIED, liar -> liar.send(new byte[0], 0, 1)));
        all.add(new Lie("its end", "without an answer", Liar::end));
        return all;
    }

    private static void addAnswer(List<Lie> all, String name, String words, byte[] answer) {
        all.add(new Lie(name, words, liar -> liar.send(answer, 0)));
    }
}
