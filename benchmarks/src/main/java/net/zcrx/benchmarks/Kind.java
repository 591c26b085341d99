// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** A kind of load: the work of a group of connections, and the program that does it. */
enum Kind {
    SEND(Program.OWN, "send", true),
    RECEIVE(Program.OWN, "receive", true),
    ECHO(Program.OWN, "echo", false),
    CHURN(Program.OWN, "churn", false),
    IDLE(Program.OWN, "idle", false),
    /** HTTP/1.1, each connection to an object of its own. */
    PUT(Program.OWN, "put", true),
    /** HTTP/1.1, all connections the same object. */
    GET(Program.OWN, "get", true),
    GRPC_UNARY(Program.GRPC, "grpc-unary", false),
    GRPC_UPLOAD(Program.GRPC, "grpc-upload", true),
    GRPC_DOWNLOAD(Program.GRPC, "grpc-download", true),
    /** HTTP/1.1 with TLS. */
    HTTPS(Program.H2LOAD, "https", false),
    HTTP2(Program.H2LOAD, "http2", false);

    /** The program that uses the server. */
    enum Program {
        /** The project's own load generator, in C. */
        OWN,
        /** {@link net.zcrx.benchmarks.protocols.GrpcLoad}. */
        GRPC,
        /** The program {@code h2load} of nghttp2. */
        H2LOAD
    }

    private final Program program;
    private final String label;
    private final boolean bulk;

    Kind(Program program, String label, boolean bulk) {
        this.program = program;
        this.label = label;
        this.bulk = bulk;
    }

    Program program() {
        return program;
    }

    /** Whether bytes are what counts, and not messages. */
    boolean isBulk() {
        return bulk;
    }

    /** Returns the kind's name on the command lines of programs. */
    @Override
    public String toString() {
        return label;
    }
}
