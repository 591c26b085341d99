// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** Servers of frameworks, in their default configuration: programs of the agent's tests. They know nothing of zcrx. */
enum Framework {
    /** Its calls share one connection. */
    GRPC("gRPC", "GrpcProgram", Load.grpc(Kind.GRPC_UNARY, 16, 64), Load.grpc(Kind.GRPC_UPLOAD, 4, 1 << 16)),
    REACTOR_NETTY("Reactor Netty", "ReactorNettyProgram"),
    SPRING("Spring WebFlux", "SpringProgram"),
    VERTX("Vert.x", "VertxProgram"),
    ARMERIA("Armeria", "ArmeriaProgram"),
    KTOR("Ktor", "KtorProgram"),
    MICRONAUT("Micronaut", "MicronautProgram");

    private final String title;
    private final String program;
    private final Load small;
    private final Load bulk;

    Framework(String title, String program) {
        this(title, program, Load.http("/echo", 16, 64), Load.http("/upload", 4, 1 << 20));
    }

    Framework(String title, String program, Load small, Load bulk) {
        this.title = title;
        this.program = "net.zcrx.agent.programs." + program;
        this.small = small;
        this.bulk = bulk;
    }

    String title() {
        return title;
    }

    /** The class that is started. */
    String program() {
        return program;
    }

    /** Small requests that are answered. */
    Load small() {
        return small;
    }

    /** Uploads. */
    Load bulk() {
        return bulk;
    }
}
