// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/**
 * A group of connections that do the same.
 *
 * @param kind of the load generator's kinds
 * @param service of the server, see its {@code Service}
 * @param connections at once
 * @param bytes of a message, or of a call to send
 * @param rate messages a second of the whole group; 0 for as fast as it goes
 * @param path of HTTP; empty for plain TCP
 * @param besideServer whether it is sent from the server's processor, and so never queues behind what the load
 *     generator's own has to send: for few messages
 */
record Load(String kind, String service, int connections, int bytes, double rate, String path, boolean besideServer) {
    static Load send(String service, int connections) {
        return new Load("send", service, connections, 256 * 1024, 0, "", false);
    }

    static Load receive(int connections) {
        return new Load("receive", "source", connections, 1 << 20, 0, "", false);
    }

    static Load messages(String service, int connections, int bytes) {
        return new Load("echo", service, connections, bytes, 0, "", false);
    }

    static Load churn(int connections, int bytes) {
        return new Load("churn", "echo", connections, bytes, 0, "", false);
    }

    static Load idle(int connections) {
        return new Load("idle", "echo", connections, 64, 0, "", false);
    }

    static Load http(String path, int connections, int bytes) {
        return new Load("echo", "http", connections, bytes, 0, path, false);
    }

    /** The same by another service. */
    Load by(String newService) {
        return new Load(kind, newService, connections, bytes, rate, path, besideServer);
    }

    /** The same at a rate; 0 for as fast as it goes. */
    Load at(double newRate) {
        return new Load(kind, service, connections, bytes, newRate, path, besideServer);
    }

    /** The same from the server's processor. */
    Load besideTheServer() {
        return new Load(kind, service, connections, bytes, rate, path, true);
    }

    boolean isHttp() {
        return !path.isEmpty();
    }

    /** Whether each is answered, and the time to that counts. */
    boolean isMessages() {
        return kind.equals("echo") || kind.equals("churn");
    }

    /** Whether the server sends without being asked. */
    boolean isSentByServer() {
        return kind.equals("receive");
    }

    /** Whether bytes are what counts, and not messages. */
    boolean isBulk() {
        return kind.equals("send") || isSentByServer() || path.equals("/upload");
    }

    /** As an argument of the load generator. */
    String argument(Setup setup, int port) {
        return kind + ":port=" + port + ",conns=" + connections + ",size=" + bytes
                + (rate > 0 ? ",rate=" + rate : "")
                + (path.isEmpty() ? "" : ",path=" + path)
                + (besideServer ? ",cpu=" + CpuList.first(setup.serverCpus()) : "");
    }
}
