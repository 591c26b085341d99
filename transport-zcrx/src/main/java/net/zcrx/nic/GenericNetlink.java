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
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import net.zcrx.uring.Native;

/**
 * A generic netlink socket: requests to families of the kernel, in the network namespace of the thread that opened it.
 * Not safe for several threads.
 *
 * <p>Layouts are those of the kernel's {@code include/uapi/linux/netlink.h} and {@code genetlink.h};
 * {@code nic_abi.h} of the native library asserts them. A row is 16 bytes.
 *
 * <pre>
 *      a request, or what answers it
 *      +---------------+-------+-------+---------------+---------------+
 *   0  | nlmsg_len     | type  | flags | nlmsg_seq     | nlmsg_pid     |   struct nlmsghdr
 *  16  |cmd|ver| resv  | attributes, see NetlinkWriter                      struct genlmsghdr
 *      +---------------+-------+-------+---------------+---------------+
 *      an error, or the end of a dump
 *      +---------------+-------+-------+---------------+---------------+
 *   0  | nlmsg_len     | type  | flags | nlmsg_seq     | nlmsg_pid     |   struct nlmsghdr
 *  16  | error         | the request's nlmsghdr ...                        struct nlmsgerr
 *  32  | ... its end   | attributes
 *      +---------------+-------+-------+---------------+---------------+
 * </pre>
 *
 * <p>The kernel's {@code Documentation/userspace-api/netlink/intro.rst} explains requests, dumps and errors.
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

    private static final int NLMSG_LEN = 0;
    private static final int NLMSG_TYPE = 4;
    private static final int NLMSG_FLAGS = 6;
    private static final int NLMSG_SEQ = 8;
    private static final int NLMSG_PID = 12;
    private static final int NLMSGHDR_BYTES = 16;
    private static final int NLMSG_ALIGN = 4;
    private static final int GENL_CMD = NLMSGHDR_BYTES;
    private static final int GENL_VERSION = NLMSGHDR_BYTES + 1;
    private static final int GENL_RESERVED = NLMSGHDR_BYTES + 2;
    private static final int ATTRIBUTES = NLMSGHDR_BYTES + 4;
    private static final int NLMSGERR_ERROR = NLMSGHDR_BYTES;
    private static final int ERROR_ATTRIBUTES = NLMSGHDR_BYTES + 20;

    private static final int CONTROL_FAMILY = 16;
    private static final int CONTROL_GET_FAMILY = 3;
    private static final int CONTROL_FAMILY_ID = 1;
    private static final int CONTROL_FAMILY_NAME = 2;
    private static final int CONTROL_OPS = 6;
    private static final int OP_ID = 1;

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
        return describeFamily(name)
                .number(CONTROL_FAMILY_ID)
                .orElseThrow(() -> new NicException("The kernel knows no netlink family " + name + "."));
    }

    /** The commands that a family has in this kernel. */
    Set<Integer> commands(String name) throws NicException {
        return describeFamily(name).nested(CONTROL_OPS).eachNested().stream()
                .map(operation -> operation.number(OP_ID).orElse(-1))
                .collect(Collectors.toSet());
    }

    private NetlinkAttributes describeFamily(String name) throws NicException {
        return request(CONTROL_FAMILY, CONTROL_GET_FAMILY, out -> out.string(CONTROL_FAMILY_NAME, name))
                .get(0);
    }

    /** Asks for one thing, or changes it. Returns the attributes of the answers; usually there is one, or none. */
    List<NetlinkAttributes> request(int family, int command, Consumer<NetlinkWriter> attributes) throws NicException {
        return exchange(family, command, FLAG_ACK, attributes);
    }

    /** Asks for all objects of a kind. */
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
        message.putInt(NLMSG_LEN, length)
                .putShort(NLMSG_TYPE, (short) family)
                .putShort(NLMSG_FLAGS, (short) (FLAG_REQUEST | flags))
                .putInt(NLMSG_SEQ, ++sequence)
                .putInt(NLMSG_PID, 0)
                .put(GENL_CMD, (byte) command)
                .put(GENL_VERSION, (byte) 1)
                .putShort(GENL_RESERVED, (short) 0);
        socket.write(message, 0, length);
    }

    /** @return whether more is to come */
    private boolean receive(List<NetlinkAttributes> answers) throws IOException {
        int length = socket.read(message, 0, MESSAGE_BYTES);
        if (length <= 0) {
            throw new NicException("Netlink gave no answer.");
        }
        for (int start = 0; start + NLMSGHDR_BYTES <= length; start += aligned(message.getInt(start + NLMSG_LEN))) {
            int end = start + message.getInt(start + NLMSG_LEN);
            if (end - start < NLMSGHDR_BYTES || end > length) {
                throw new NicException("Netlink gave an answer of " + (end - start) + " bytes in " + length + ".");
            }
            // An answer to an earlier request that failed half-way.
            boolean stale = message.getInt(start + NLMSG_SEQ) != sequence;
            int type = Short.toUnsignedInt(message.getShort(start + NLMSG_TYPE));
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

    /** A length with the padding behind it. */
    private static int aligned(int length) {
        return length + NLMSG_ALIGN - 1 & -NLMSG_ALIGN;
    }

    private void checkError(int start, int end) throws NicException {
        int errno = end - start < NLMSGERR_ERROR + Integer.BYTES ? 0 : -message.getInt(start + NLMSGERR_ERROR);
        if (errno == 0) {
            return;
        }
        String reason = "";
        if ((message.getShort(start + NLMSG_FLAGS) & FLAG_ACK_TLVS) != 0 && end - start > ERROR_ATTRIBUTES) {
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
            // The descriptor is closed anyway, and nothing was left to write.
        }
    }
}
