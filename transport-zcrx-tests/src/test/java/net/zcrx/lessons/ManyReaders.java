// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A child: asks for a download on each of many connections, reads its first byte, and no more. */
final class ManyReaders {
    /** What a socket holds at least: the system's memory for sockets is other programs' as well. */
    static final int SOCKET_BYTES = 4096;

    private ManyReaders() {}

    /** @param arguments port, number of connections */
    public static void main(String[] arguments) throws IOException {
        List<Socket> readers = new ArrayList<>();
        int port = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        while (readers.size() < count) {
            Socket reader = new Socket();
            reader.setReceiveBufferSize(SOCKET_BYTES);
            reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            reader.getOutputStream().write(1);
            if (reader.getInputStream().read() < 0) {
                throw new IOException("Download " + readers.size() + " ended before it began.");
            }
            readers.add(reader);
        }
        System.out.println("stalled=" + readers.size());
        Child.awaitEnd();
        for (Socket reader : readers) {
            // No port stays in TIME_WAIT.
            reader.setSoLinger(true, 0);
            reader.close();
        }
    }
}
