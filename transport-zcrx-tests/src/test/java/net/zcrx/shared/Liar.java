// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.MemoryFile;
import net.zcrx.uring.MessageAbi;
import net.zcrx.uring.Native;

/** The other end of a connection, which a test plays by hand: it waits for nothing, and keeps to no rule by itself. */
final class Liar implements AutoCloseable {
    /** A message of this version begins with this number. */
    static final int MAGIC = 0x7a63_7278;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    final ControlSocket control;
    final int side;
    final Socket socket;
    /** {@code null} until there is a connection. */
    Segment segment;

    int tail;

    private Liar(Socket socket, int side) {
        this.socket = socket;
        this.side = side;
        control = new ControlSocket(socket);
    }

    /** Connects the socket, and says nothing. */
    static Liar silentClient(DomainSocketAddress server) throws IOException {
        Liar liar = new Liar(ControlSocket.open(), 0);
        liar.socket.connect(server);
        return liar;
    }

    /** As a client does it. */
    static Liar client(DomainSocketAddress server) throws Exception {
        Liar liar = silentClient(server);
        liar.segment = Segment.create();
        assertTrue(liar.control.send(Message.of(
                Message.HELLO, 0, Layout.BYTES, liar.segment.area().file().fd())));
        assertEquals(Message.WELCOME, liar.receive().kind());
        return liar;
    }

    static Socket listen(DomainSocketAddress address) throws IOException {
        Socket listener = ControlSocket.open();
        listener.bind(address);
        listener.listen(10);
        return listener;
    }

    /** Takes the next connection, and says nothing. */
    static Liar silentServer(Socket listener) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        int fd = -1;
        while (fd < 0 && System.nanoTime() - deadline < 0) {
            fd = listener.accept(new byte[128]);
            Thread.sleep(1);
        }
        return new Liar(new Socket(fd), 1);
    }

    /** As a server does it. */
    static Liar server(Socket listener) throws Exception {
        Liar liar = silentServer(listener);
        Message hello = liar.receive();
        assertEquals(Message.HELLO, hello.kind());
        liar.segment = Segment.map(MemoryFile.of(hello.descriptor()));
        assertTrue(liar.control.send(Message.of(Message.WELCOME, 0, 0)));
        return liar;
    }

    Message receive() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        Message message = null;
        while (message == null && System.nanoTime() - deadline < 0) {
            message = control.receive();
            Thread.sleep(1);
        }
        assertNotNull(message, "Nothing has come.");
        return message;
    }

    void entry(int area, int offset, int length, int token) {
        int at = Layout.data(side) + (tail & Layout.RING - 1) * Layout.ENTRY_BYTES;
        segment.put(at + Layout.ENTRY_AREA, area);
        segment.put(at + Layout.ENTRY_OFFSET, offset);
        segment.put(at + Layout.ENTRY_LENGTH, length);
        segment.put(at + Layout.ENTRY_TOKEN, token);
        tail++;
    }

    /** A right one, of the slot's first bytes. */
    void slot(int token, int length) {
        entry(0, Layout.slots(side) + token * Layout.SLOT_BYTES, length, token);
    }

    /** Shows its entries, and wakes the other side up. */
    void publish() {
        word(Layout.tail(side), tail);
    }

    void publish(int area, int offset, int length, int token) {
        entry(area, offset, length, token);
        publish();
    }

    void giveBack(int returned, int... tokens) {
        for (int i = 0; i < tokens.length; i++) {
            segment.put(Layout.returns(side) + i * Integer.BYTES, tokens[i]);
        }
        word(Layout.returned(side), returned);
    }

    /** Returns whether the other side was woken up, and so is there. */
    boolean word(int place, int value) {
        segment.putRelease(place, value);
        return control.send(Message.RING);
    }

    int otherTail() {
        return segment.getAcquire(Layout.tail(1 - side));
    }

    /** Sends whatever it is. */
    void send(byte[] data, int... descriptors) {
        int vector = MessageAbi.MSGHDR_BYTES;
        int control = vector + MessageAbi.IOVEC_BYTES;
        int controlBytes = descriptors.length == 0 ? 0 : MessageAbi.CMSGHDR_BYTES + descriptors.length * Integer.BYTES;
        int begin = control + controlBytes;
        ByteBuffer all =
                Buffer.allocateDirectBufferWithNativeOrder(begin + data.length).buffer();
        long address = Buffer.memoryAddress(all);
        all.putLong(MessageAbi.MSG_IOV, address + vector).putLong(MessageAbi.MSG_IOVLEN, 1);
        all.putLong(vector + MessageAbi.IOV_BASE, address + begin).putLong(vector + MessageAbi.IOV_LEN, data.length);
        if (controlBytes > 0) {
            all.putLong(MessageAbi.MSG_CONTROL, address + control).putLong(MessageAbi.MSG_CONTROLLEN, controlBytes);
            all.putLong(control + MessageAbi.CMSG_LEN, controlBytes)
                    .putInt(control + MessageAbi.CMSG_LEVEL, SOL_SOCKET)
                    .putInt(control + MessageAbi.CMSG_TYPE, SCM_RIGHTS);
            for (int i = 0; i < descriptors.length; i++) {
                all.putInt(control + MessageAbi.CMSGHDR_BYTES + i * Integer.BYTES, descriptors[i]);
            }
        }
        all.put(begin, data);
        assertEquals(data.length, Native.sendMessage(socket.intValue(), address, 0));
    }

    /** The other side sees the end of the socket. */
    void end() {
        control.close();
    }

    @Override
    public void close() {
        end();
        if (segment != null) {
            segment.release();
        }
    }
}
