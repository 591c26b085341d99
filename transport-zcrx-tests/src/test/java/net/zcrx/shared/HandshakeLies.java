// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static net.zcrx.shared.BadDescriptors.sealed;
import static net.zcrx.shared.Lie.LIED;
import static net.zcrx.shared.Lie.message;

import java.util.ArrayList;
import java.util.List;

/** What a side that does not keep to the rules says before there is a connection. */
final class HandshakeLies {
    private final BadDescriptors descriptors;

    HandshakeLies(BadDescriptors descriptors) {
        this.descriptors = descriptors;
    }

    /** Instead of a client's hello: each has the number of the refusal in its words, or none. */
    List<Lie> hellos() {
        List<Lie> all = new ArrayList<>();
        byte[] hello = message(Message.HELLO, 0, Layout.BYTES);
        addHello(all, "unsealed memory", () -> BadDescriptors.unsealed(Layout.BYTES));
        addHello(all, "memory that is sealed against writing", () -> sealed(Layout.BYTES));
        addHello(all, "too little memory", () -> sealed(Layout.BYTES - 1));
        addHello(all, "too much memory", () -> sealed(Layout.BYTES + 1));
        addHello(all, "a directory", descriptors::directory);
        addHello(all, "a device", BadDescriptors::device);
        addHello(all, "a pipe", BadDescriptors::pipe);
        all.add(new Lie(
                "a later version",
                "" + Message.REFUSED_VERSION,
                liar -> liar.send(message(Liar.MAGIC, Message.VERSION + 1, Message.HELLO, 0, 0), 0)));
        all.add(new Lie("no descriptor", "", liar -> liar.send(hello)));
        all.add(new Lie("two descriptors", "", liar -> liar.send(hello, 0, 1)));
        all.add(new Lie("ten descriptors", "", liar -> liar.send(hello, new int[10])));
        all.add(new Lie("another kind", "", liar -> liar.send(message(Message.WAKE, 0, 0))));
        all.add(new Lie("another program", "", liar -> liar.send("GET / HTTP/1.1\r\n\r\n".getBytes(), 0)));
        all.add(new Lie("an empty message with descriptors", "", liar -> liar.send(new byte[0], 0, 1)));
        all.add(new Lie("its end", "", liar -> liar.socket.shutdown(false, true)));
        return all;
    }

    private static void addHello(List<Lie> all, String name, BadDescriptors.Opening opening) {
        all.add(new Lie(name, "" + Message.REFUSED_MEMORY, liar -> {
            int descriptor = opening.open();
            liar.send(message(Message.HELLO, 0, Layout.BYTES), descriptor);
            ControlSocket.close(descriptor);
        }));
    }

    /** Instead of a server's welcome. */
    static List<Lie> answers() {
        List<Lie> all = new ArrayList<>();
        addAnswer(all, "refusal of a version", "has version 7", message(Liar.MAGIC, 7, Message.REFUSAL, 1, 0));
        addAnswer(all, "welcome of a version", "has version 7", message(Liar.MAGIC, 7, Message.WELCOME, 0, 0));
        addAnswer(all, "refusal of a user", "ANY_USER", message(Message.REFUSAL, Message.REFUSED_USER, 0));
        addAnswer(all, "refusal of memory", "no memory or desc", message(Message.REFUSAL, Message.REFUSED_MEMORY, 0));
        addAnswer(all, "refusal for a new reason", "is unknown to this version", message(Message.REFUSAL, 99, 0));
        addAnswer(all, "an area", "is unknown to this version", message(Message.AREA, 1, 1));
        addAnswer(all, "another program", LIED, "SSH-2.0-OpenSSH_9.6 and so on\r\n".getBytes());
        all.add(new Lie("empty with descriptors", LIED, liar -> liar.send(new byte[0], 0, 1)));
        all.add(new Lie("its end", "without an answer", Liar::end));
        return all;
    }

    private static void addAnswer(List<Lie> all, String name, String words, byte[] answer) {
        all.add(new Lie(name, words, liar -> liar.send(answer, 0)));
    }
}
