// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs of frameworks, which know nothing of zcrx, in their default configuration. */
class FrameworksTest {
    /** Each with how many times the bytes are received by Netty. */
    static List<Arguments> programs() {
        return List.of(
                Arguments.of(GrpcProgram.class, 2),
                Arguments.of(SpringGrpcProgram.class, 2),
                Arguments.of(ReactorNettyProgram.class, 2),
                Arguments.of(VertxProgram.class, 2),
                Arguments.of(ArmeriaProgram.class, 2),
                Arguments.of(KtorProgram.class, 1),
                Arguments.of(MicronautProgram.class, 2),
                Arguments.of(PulsarProgram.class, 1),
                Arguments.of(AsyncHttpClientProgram.class, 1),
                Arguments.of(AwsProgram.class, 1));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void shouldReceiveByZcrx(Class<?> program, int times) throws Exception {
        Java.of(program)
                .agent("report")
                .run()
                .carried((long) times * Bytes.COUNT)
                .noWarning();
    }

    /** What the tests above tell by. */
    @Test
    @Tag(BadInputTest.ONE_JDK)
    void shouldSayNothingWithoutAgent() throws Exception {
        assertTrue(Java.of(GrpcProgram.class).run().isAgentSilent());
    }

    /** The agent brings it, for those who choose it where it is. */
    @Test
    @Tag(BadInputTest.ONE_JDK)
    void shouldServeWhoHasNoEpoll() throws Exception {
        Java.of(GrpcProgram.class)
                .without("-epoll-")
                .agent("report")
                .run()
                .carried(2L * Bytes.COUNT)
                .noWarning();
    }

    /** They prefer Netty's io_uring as soon as it is there. */
    @ParameterizedTest
    @MethodSource("whoPreferIoUring")
    void shouldHideIoUring(Class<?> program) throws Exception {
        Java.of(program)
                .withClassPath(Java.classPath(entry -> !Java.isOurs(entry) || Java.isIoUring(entry)))
                .agent("report")
                .run()
                .carried(Bytes.COUNT)
                .noWarning();
    }

    static List<Class<?>> whoPreferIoUring() {
        return inFull(ReactorNettyProgram.class, AsyncHttpClientProgram.class);
    }

    static List<Class<?>> clientsOfRedis() {
        return inFull(LettuceProgram.class, RedissonProgram.class);
    }

    /** One for every day; the other too in a run that takes its time, as scripts/test tells. */
    private static List<Class<?>> inFull(Class<?> daily, Class<?> other) {
        return "1".equals(System.getenv("ZCRX_FULL")) ? List.of(daily, other) : List.of(daily);
    }

    /** Datagrams and unix domain sockets stay epoll's, on the same loops. */
    @Test
    void shouldServeAllThatIsEpoll() throws Exception {
        Said said = Java.of(EpollProgram.class).agent("report").run().carried(1).noWarning();
        assertEquals(
                List.of("EpollDatagramChannel=2, EpollDomainDatagramChannel=2, EpollDomainSocketChannel=2,"
                        + " EpollServerDomainSocketChannel=1, ZcrxServerSocketChannel=1, ZcrxSocketChannel=4"),
                said.reported("channels"));
    }

    @Test
    void shouldCountForMicrometer() throws Exception {
        Said said = Java.of(MetersProgram.class).agent("report,meters").run().noWarning();
        String received = said.reported("received").get(0);
        assertEquals(1, said.count("metered by groups 2: " + received + '\n'), said::toString);
        said.carried(2L * Bytes.COUNT);
    }

    /** Its JVM ends when main returns, as with epoll. */
    @Test
    void shouldLetJvmEnd() throws Exception {
        Java.of(LeavingProgram.class).agent("report").run().carried(1).noWarning();
    }

    /** With a server of their own from the system's packages. */
    @ParameterizedTest
    @MethodSource("clientsOfRedis")
    void shouldServeClientsOfRedis(Class<?> program, @TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "redis-server is not installed");
        int port = freePort();
        Process redis = new ProcessBuilder(
                        "/usr/bin/redis-server",
                        "--port",
                        String.valueOf(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        try {
            awaitListener(port, redis);
            Java.of(program, String.valueOf(port))
                    .agent("report")
                    .run()
                    .carried(Bytes.COUNT)
                    .noWarning();
        } finally {
            redis.destroy();
            redis.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitListener(int port, Process server) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            assertTrue(server.isAlive(), "The server ended.");
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
