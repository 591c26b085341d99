// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.Set;

/**
 * A group of connections that do the same.
 *
 * @param service of the server, see its {@code Service} and the package {@code protocols}
 * @param connections at once
 * @param streams calls or requests at once on each connection; 1 where the protocol has no streams
 * @param bytes of a message, or of a call to send
 * @param rate messages per second of the whole group; 0 for as fast as it goes
 * @param path of HTTP; empty for plain TCP
 * @param besideServer whether it is sent from the server's processor, and so never queues behind what the load
 *     generator's own has to send: for few messages
 */
record Load(
        Kind kind,
        String service,
        int connections,
        int streams,
        int bytes,
        double rate,
        String path,
        boolean besideServer) {
    /** The services that only Netty 4.2 has the libraries for. */
    private static final Set<String> ON_NETTY_42 =
            Set.of("grpc", "tls_jdk", "tls_tcnative", "http2", "gateway", "store_memory", "store_disk");

    private static final Set<String> BULK_PATHS = Set.of("/upload", "/download");

    private static Load of(Kind kind, String service, int connections, int bytes) {
        return new Load(kind, service, connections, 1, bytes, 0, "", false);
    }

    static Load send(String service, int connections) {
        return of(Kind.SEND, service, connections, 256 * 1024);
    }

    static Load receive(int connections) {
        return of(Kind.RECEIVE, "source", connections, 1 << 20);
    }

    static Load messages(String service, int connections, int bytes) {
        return of(Kind.ECHO, service, connections, bytes);
    }

    static Load churn(int connections, int bytes) {
        return of(Kind.CHURN, "echo", connections, bytes);
    }

    static Load idle(int connections) {
        return of(Kind.IDLE, "echo", connections, 64);
    }

    static Load http(String path, int connections, int bytes) {
        return of(Kind.ECHO, "http", connections, bytes).to(path);
    }

    /** @param path of an object; if it ends in a slash the connection's number comes behind it */
    static Load object(Kind kind, String service, String path, int connections, int bytes) {
        return of(kind, service, connections, bytes).to(path);
    }

    static Load https(String service, String path, int connections, int bytes) {
        return of(Kind.HTTPS, service, connections, bytes).to(path);
    }

    static Load http2(String path, int connections, int streams, int bytes) {
        return of(Kind.HTTP2, "http2", connections, bytes).to(path).over(streams);
    }

    /** Calls on one connection. */
    static Load grpc(Kind kind, int calls, int bytes) {
        return of(kind, "grpc", 1, bytes).over(calls);
    }

    private Load to(String newPath) {
        return new Load(kind, service, connections, streams, bytes, rate, newPath, besideServer);
    }

    private Load over(int newStreams) {
        return new Load(kind, service, connections, newStreams, bytes, rate, path, besideServer);
    }

    /** Returns the same load by another service. */
    Load by(String newService) {
        return new Load(kind, newService, connections, streams, bytes, rate, path, besideServer);
    }

    /** The same at a rate; 0 for as fast as it goes. */
    Load at(double newRate) {
        return new Load(kind, service, connections, streams, bytes, newRate, path, besideServer);
    }

    /** Returns the same load from the server's processor. */
    Load besideTheServer() {
        return new Load(kind, service, connections, streams, bytes, rate, path, true);
    }

    /** Whether the server has codecs to compile. */
    boolean hasCodecs() {
        return !path.isEmpty();
    }

    boolean needsNetty42() {
        return ON_NETTY_42.contains(service);
    }

    boolean isOfObjects() {
        return kind == Kind.PUT || kind == Kind.GET;
    }

    /** Whether each is answered, and the time to that counts. */
    boolean isMessages() {
        return kind == Kind.ECHO || kind == Kind.CHURN;
    }

    /** Whether the server sends without being asked. */
    boolean isSentByServer() {
        return kind == Kind.RECEIVE;
    }

    /** Whether bytes are what counts, and not messages. */
    boolean isBulk() {
        return kind.isBulk() || BULK_PATHS.contains(path);
    }

    /** Returns the load as an argument of the load generator. */
    String argument(Setup setup, int port) {
        return kind + ":port=" + port + ",conns=" + connections + ",size=" + bytes
                + (streams > 1 ? ",streams=" + streams : "")
                + (rate > 0 ? ",rate=" + rate : "")
                + (path.isEmpty() ? "" : ",path=" + path)
                + (besideServer ? ",cpu=" + CpuList.first(setup.serverCpus()) : "");
    }
}
