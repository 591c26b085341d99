// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.objectweb.asm.ClassReader;

/**
 * Finds in classes, while they load, uses of epoll that the facades cannot serve: they would end in an error when they
 * are reached. Safe on any thread.
 */
final class EpollUses {
    private static final byte[] MARK = "io/netty/channel/epoll/".getBytes(StandardCharsets.US_ASCII);
    /** The offset of the constant pool in a class file, after the count of its constants. */
    private static final int POOL = 10;

    private static final int LONGEST = 9;
    /** How many bytes a constant has, by its tag. */
    private static final int[] LENGTHS = {0, 0, 0, 5, 5, LONGEST, LONGEST, 3, 3, 5, 5, 5, 5, 0, 0, 4, 3, 5, 5, 3, 3};

    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int METHOD = 10;
    private static final int INTERFACE_METHOD = 11;

    /** Read when the first class comes that mentions epoll. */
    private static final class Unserved {
        /** Types, and members as OWNER.NAME:DESCRIPTOR; a test of the facades keeps the list true. */
        static final Set<String> USES = Set.copyOf(Cargo.lines("unserved.txt"));
    }

    /** The first such use that each loader has. */
    private final Map<ClassLoader, String> found = new WeakHashMap<>();

    /** @param given whether the loader, or its parent, has zcrx by now; {@code null} if that is not decided */
    void look(ClassLoader loader, String name, byte[] bytes, Boolean given) {
        if (Boolean.FALSE.equals(given) || !mentionsEpoll(bytes)) {
            return;
        }
        String use = firstUnserved(bytes);
        if (use == null) {
            return;
        }
        String sentence =
                "The class " + name.replace('/', '.') + " uses " + readable(use) + ", which the agent has not.";
        synchronized (found) {
            if (found.putIfAbsent(loader, sentence) == null && given != null) {
                Console.warn(sentence + " It came too late: zcrx is in use already, and this use will fail. Start"
                        + " without the agent if it is needed.");
            }
        }
    }

    /**
     * Returns a sentence about a use of epoll that cannot be served, by a class that has its Netty from this loader;
     * {@code null} if none was seen.
     */
    String refusal(ClassLoader netty) {
        synchronized (found) {
            for (Map.Entry<ClassLoader, String> use : found.entrySet()) {
                for (ClassLoader loader = use.getKey(); loader != null; loader = loader.getParent()) {
                    if (loader == netty) {
                        return use.getValue();
                    }
                }
            }
            return null;
        }
    }

    /** Returns the use as readable text, without the descriptor. */
    private static String readable(String use) {
        return use.replaceFirst(":.*", "").replace('/', '.');
    }

    /**
     * Whether a name in the constant pool begins with epoll's package, as that of each class does which is used. Every
     * class of the application is looked at here, so that this steps over all else.
     */
    private static boolean mentionsEpoll(byte[] bytes) {
        int at = POOL;
        int count = unsignedShort(bytes, at - 2);
        for (int i = 1; i < count; i++) {
            int tag = bytes[at];
            if (tag == UTF8) {
                int length = unsignedShort(bytes, at + 1);
                if (length >= MARK.length && isMarkAt(bytes, at + 3)) {
                    return true;
                }
                at += 3 + length;
            } else if (tag < 0 || tag >= LENGTHS.length || LENGTHS[tag] == 0) {
                // Of a newer Java than we know.
                return true;
            } else {
                at += LENGTHS[tag];
                // Long and double take the place of two.
                i += LENGTHS[tag] == LONGEST ? 1 : 0;
            }
        }
        return false;
    }

    private static int unsignedShort(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static boolean isMarkAt(byte[] bytes, int at) {
        for (int i = 0; i < MARK.length; i++) {
            if (bytes[at + i] != MARK[i]) {
                return false;
            }
        }
        return true;
    }

    private static String firstUnserved(byte[] bytes) {
        ClassReader reader;
        try {
            reader = new ClassReader(bytes);
        } catch (IllegalArgumentException e) {
            // Of a newer Java than we know: it is as if nothing was seen.
            return null;
        }
        char[] buffer = new char[reader.getMaxStringLength()];
        for (int i = 1; i < reader.getItemCount(); i++) {
            int item = reader.getItem(i);
            String use = item == 0 ? null : use(reader, item, buffer);
            if (use != null && Unserved.USES.contains(use)) {
                return use;
            }
        }
        return null;
    }

    /** The class or member that an item of the constant pool names; {@code null} if it is no such item. */
    private static String use(ClassReader reader, int item, char[] buffer) {
        return switch (reader.readByte(item - 1)) {
            case CLASS -> reader.readUTF8(item, buffer);
            case FIELD, METHOD, INTERFACE_METHOD -> {
                int nameAndType = reader.getItem(reader.readUnsignedShort(item + 2));
                yield reader.readClass(item, buffer)
                        + '.'
                        + reader.readUTF8(nameAndType, buffer)
                        + ':'
                        + reader.readUTF8(nameAndType + 2, buffer);
            }
            default -> null;
        };
    }
}
