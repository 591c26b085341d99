// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.zcrx.uring.Native;

/**
 * A generic netlink socket: requests to families of the kernel, in the network namespace of the thread that opened it.
 * Not safe for several threads.
 *
 * <p>Messages are {@code struct nlmsghdr} (length@0 u32, type@4 u16, flags@6 u16, sequence@8 u32, port@12 u32), then
 * {@code struct genlmsghdr} (command@16 u8, version@17 u8, reserved@18 u16), then attributes @20.
 */
public final class GenericNetlink implements AutoCloseable {
    private static final int NETLINK_GENERIC = 16;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;

    private static final int TYPE_ERROR = 2;
    private static final int TYPE_DONE = 3;
    private static final int FLAG_REQUEST = 1;
    private static final int FLAG_ACK = 4;
    private static final int FLAG_DUMP = 0x300;
    private static final int FLAG_ACK_TLVS = 0x200;
    private static final int ATTR_ACK_MESSAGE = 1;

    private static final int HEADER_BYTES = 16;
    private static final int ATTRIBUTES = 20;
    /** Behind the header: error i32, the request's header, then attributes. */
    private static final int ERROR_ATTRIBUTES = HEADER_BYTES + 20;

    private static final int CONTROL_FAMILY = 16;
    private static final int CONTROL_GET_FAMILY = 3;
    private static final int CONTROL_FAMILY_ID = 1;
    private static final int CONTROL_FAMILY_NAME = 2;

    /** More than the kernel ever sends at once: it cuts dumps at 32 KiB, and no other answer here is as long. */
    private static final int MESSAGE_BYTES = 64 * 1024;

    private final Socket socket;
    private final CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(MESSAGE_BYTES);
    private final ByteBuffer message = memory.buffer();
    private int sequence;

    private GenericNetlink(int fd) {
        socket = new Socket(fd);
    }

    static GenericNetlink open() throws NicException {
        int fd = Native.netlinkSocket(NETLINK_GENERIC);
        if (fd < 0) {
            throw new NicException(
                    "No netlink socket could be opened (" + describe("socket", -fd)
                            + "); allow AF_NETLINK sockets in this sandbox.",
                    -fd);
        }
        GenericNetlink netlink = new GenericNetlink(fd);
        try {
            netlink.socket.setIntOpt(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            netlink.socket.setIntOpt(SOL_NETLINK, NETLINK_CAP_ACK, 1);
        } catch (IOException e) {
            netlink.close();
            throw new NicException("Netlink does not give its reasons: " + e.getMessage(), e);
        }
        return netlink;
    }

    /** The kernel's own words for an errno. */
    public static String describe(String call, int errno) {
        return Errors.newIOException(call, -errno).getMessage();
    }

    /** The socket's descriptor, which takes ioctls on interfaces, too. */
    public int fd() {
        return socket.intValue();
    }

    /** The number of a family. */
    int family(String name) throws NicException {
        List<NetlinkAttributes> answers =
                request(CONTROL_FAMILY, CONTROL_GET_FAMILY, out -> out.string(CONTROL_FAMILY_NAME, name));
        return answers.get(0)
                .number(CONTROL_FAMILY_ID)
                .orElseThrow(() -> new NicException("The kernel knows no netlink family " + name + "."));
    }

    /** Asks for one thing, or changes one: the answers' attributes, most often one or none. */
    List<NetlinkAttributes> request(int family, int command, Consumer<NetlinkWriter> attributes) throws NicException {
        return exchange(family, command, FLAG_ACK, attributes);
    }

    /** Asks for all things of a kind. */
    List<NetlinkAttributes> dump(int family, int command, Consumer<NetlinkWriter> attributes) throws NicException {
        return exchange(family, command, FLAG_DUMP, attributes);
    }

    private List<NetlinkAttributes> exchange(int family, int command, int flags, Consumer<NetlinkWriter> attributes)
            throws NicException {
        try {
            send(family, command, flags, attributes);
            List<NetlinkAttributes> answers = new ArrayList<>();
            while (receive(answers)) {
                // A dump comes in several parts.
            }
            return answers;
        } catch (NicException e) {
            throw e;
        } catch (IOException e) {
            throw new NicException("Netlink failed: " + e.getMessage(), e);
        }
    }

    private void send(int family, int command, int flags, Consumer<NetlinkWriter> attributes) throws IOException {
        message.clear().position(ATTRIBUTES);
        attributes.accept(new NetlinkWriter(message));
        int length = message.position();
        message.putInt(0, length)
                .putShort(4, (short) family)
                .putShort(6, (short) (FLAG_REQUEST | flags))
                .putInt(8, ++sequence)
                .putInt(12, 0)
                .put(16, (byte) command)
                .put(17, (byte) 1)
                .putShort(18, (short) 0);
        socket.write(message, 0, length);
    }

    /** @return whether more is to come */
    private boolean receive(List<NetlinkAttributes> answers) throws IOException {
        int length = socket.read(message, 0, MESSAGE_BYTES);
        if (length <= 0) {
            throw new NicException("Netlink gave no answer.");
        }
        for (int start = 0; start + HEADER_BYTES <= length; start += (message.getInt(start) + 3) & ~3) {
            int end = start + message.getInt(start);
            if (end - start < HEADER_BYTES || end > length) {
                throw new NicException("Netlink gave an answer of " + (end - start) + " bytes in " + length + ".");
            }
            // An answer to an earlier request that failed half-way.
            boolean stale = message.getInt(start + 8) != sequence;
            int type = Short.toUnsignedInt(message.getShort(start + 4));
            if (stale) {
                continue;
            }
            if (type == TYPE_ERROR || type == TYPE_DONE) {
                checkError(start, end);
                return false;
            }
            answers.add(new NetlinkAttributes(copy(start + ATTRIBUTES, end)));
        }
        return true;
    }

    private void checkError(int start, int end) throws NicException {
        int errno = end - start < HEADER_BYTES + Integer.BYTES ? 0 : -message.getInt(start + HEADER_BYTES);
        if (errno == 0) {
            return;
        }
        String reason = "";
        if ((message.getShort(start + 6) & FLAG_ACK_TLVS) != 0 && end - start > ERROR_ATTRIBUTES) {
            reason = new NetlinkAttributes(copy(start + ERROR_ATTRIBUTES, end))
                    .string(ATTR_ACK_MESSAGE)
                    .map(text -> ": " + text)
                    .orElse("");
        }
        throw new NicException(describe("netlink", errno) + reason, errno);
    }

    private ByteBuffer copy(int start, int end) {
        ByteBuffer copy = ByteBuffer.allocate(end - start).order(message.order());
        return copy.put(0, message, start, end - start);
    }

    @Override
    public void close() {
        memory.clean();
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is gone all the same, and nothing was left to write.
        }
    }
}
