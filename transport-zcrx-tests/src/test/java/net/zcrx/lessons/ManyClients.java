// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A child: connects many times, sends a byte on each connection, and leaves them open. */
final class ManyClients {
    private ManyClients() {}

    /** @param arguments port, number of connections */
    public static void main(String[] arguments) throws IOException {
        List<Socket> clients = new ArrayList<>();
        int port = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        while (clients.size() < count) {
            Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
            client.getOutputStream().write(1);
            clients.add(client);
        }
        System.out.println("connected=" + clients.size());
        Child.awaitEnd();
        for (Socket client : clients) {
            // No port stays in TIME_WAIT.
            client.setSoLinger(true, 0);
            client.close();
        }
    }
}
