// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Patterns of protocols that are built on Netty: gRPC, TLS, HTTP/2, a gateway. */
final class ProtocolPatterns {
    private static final int[] GRPC_BYTES = {64, 1024, 65536};
    /** Most first: they take more ways through the server's code, which then is compiled for the others. */
    private static final int[] GRPC_CALLS = {50, 8, 1};

    private static final int STREAMING_CALLS = 4;
    private static final int STREAMING_BYTES = 65536;

    private static final String[] TLS_PROVIDERS = {"tcnative", "jdk"};
    private static final int[] TLS_BYTES = {1024, 16384};
    private static final int[] TLS_CONNECTIONS = {16, 1};

    private static final int UPLOAD_BYTES = 1 << 20;
    private static final int UPLOAD_CONNECTIONS = 4;
    private static final int HTTP2_STREAMS = 4;

    private static final int GATEWAY_BYTES = 4 << 20;
    private static final int[] GATEWAY_CONNECTIONS = {64, 16, 1};

    private static final List<Goal> GATEWAY =
            List.of(Goal.ofBest(Metric.THROUGHPUT, 0.97), Goal.ofBest(Metric.HELD_MEMORY, 1.0));
    private static final List<Goal> CALLS =
            List.of(Goal.ofBest(Metric.REQUESTS, 1.0), Goal.ofBest(Metric.CPU_PER_MILLION, 1.0));
    private static final List<Goal> STREAMING =
            List.of(Goal.ofBest(Metric.THROUGHPUT, 1.0), Goal.ofBest(Metric.CPU_PER_GIB, 1.0));
    private static final List<Goal> MESSAGES = List.of(Goal.ofBest(Metric.REQUESTS, 1.0));
    private static final List<Goal> BULK = List.of(Goal.ofBest(Metric.THROUGHPUT, 1.0));

    private ProtocolPatterns() {}

    static List<Pattern> all() {
        List<Pattern> all = new ArrayList<>(grpc());
        for (String provider : TLS_PROVIDERS) {
            all.addAll(tls(provider));
        }
        for (int connections : new int[] {UPLOAD_CONNECTIONS, 1}) {
            all.add(http2("upload", connections));
            all.add(http2("download", connections));
        }
        for (int connections : GATEWAY_CONNECTIONS) {
            String title = String.format(
                    Locale.ROOT,
                    "Reactor Netty gateway before a slow backend, uploads of 4 MiB, %d connection%s",
                    connections,
                    connections == 1 ? "" : "s");
            Load load = Load.http("/upload", connections, GATEWAY_BYTES).by("gateway");
            all.add(Pattern.of("gateway-slow-x" + connections, title, GATEWAY, load)
                    .inSeries("gateway"));
        }
        return all;
    }

    private static List<Pattern> grpc() {
        List<Pattern> all = new ArrayList<>();
        for (int bytes : GRPC_BYTES) {
            for (int calls : GRPC_CALLS) {
                String title = String.format(
                        Locale.ROOT, "gRPC unary %,d B, %d call%s at once", bytes, calls, calls == 1 ? "" : "s");
                String name = "grpc-unary-" + bytes + 'x' + calls;
                all.add(Pattern.of(name, title, CALLS, Load.grpc(Kind.GRPC_UNARY, calls, bytes))
                        .inSeries("grpc"));
            }
        }
        for (Kind kind : new Kind[] {Kind.GRPC_UPLOAD, Kind.GRPC_DOWNLOAD}) {
            String title = String.format(
                    Locale.ROOT,
                    "gRPC %s streaming, messages of %,d B, %d calls",
                    kind == Kind.GRPC_UPLOAD ? "client" : "server",
                    STREAMING_BYTES,
                    STREAMING_CALLS);
            all.add(Pattern.of(kind.toString(), title, STREAMING, Load.grpc(kind, STREAMING_CALLS, STREAMING_BYTES))
                    .inSeries(kind.toString()));
        }
        return all;
    }

    private static List<Pattern> tls(String provider) {
        List<Pattern> all = new ArrayList<>();
        String service = "tls_" + provider;
        String words = "HTTPS by " + (provider.equals("jdk") ? "the JDK's TLS" : "tcnative") + ", ";
        for (int bytes : TLS_BYTES) {
            for (int connections : TLS_CONNECTIONS) {
                String title = String.format(
                        Locale.ROOT,
                        "%secho %,d B, %d connection%s",
                        words,
                        bytes,
                        connections,
                        connections == 1 ? "" : "s");
                String name = "tls-" + provider + "-echo-" + bytes + 'x' + connections;
                all.add(Pattern.of(name, title, MESSAGES, Load.https(service, "/echo", connections, bytes))
                        .inSeries("tls-" + provider));
            }
        }
        all.add(Pattern.of(
                        "tls-" + provider + "-upload",
                        words + "upload of 1 MiB, " + UPLOAD_CONNECTIONS + " connections",
                        BULK,
                        Load.https(service, "/upload", UPLOAD_CONNECTIONS, UPLOAD_BYTES))
                .inSeries("tls-" + provider));
        return all;
    }

    private static Pattern http2(String direction, int connections) {
        String title = String.format(
                Locale.ROOT,
                "HTTP/2 %s of 1 MiB, %d connection%s, %d streams each",
                direction,
                connections,
                connections == 1 ? "" : "s",
                HTTP2_STREAMS);
        Load load = Load.http2('/' + direction, connections, HTTP2_STREAMS, UPLOAD_BYTES);
        return Pattern.of("http2-" + direction + 'x' + connections, title, BULK, load)
                .inSeries("http2-" + direction);
    }
}
