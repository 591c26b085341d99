// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import net.zcrx.servers.PostgresServer;
import net.zcrx.servers.RedisServer;
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
                Arguments.of(MockServerProgram.class, 1),
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

    @ParameterizedTest
    @MethodSource("clientsOfRedis")
    void shouldServeClientsOfRedis(Class<?> program, @TempDir Path directory) throws Exception {
        try (RedisServer server = RedisServer.start(directory)) {
            Java.of(program, Integer.toString(server.port()))
                    .agent("report")
                    .run()
                    .carried(Bytes.COUNT)
                    .noWarning();
        }
    }

    @Test
    void shouldServeR2dbc(@TempDir Path directory) throws Exception {
        try (PostgresServer server = PostgresServer.start(directory)) {
            clientOf(server, R2dbcProgram.class).run().carried(Bytes.COUNT).noWarning();
        }
    }

    @Test
    void shouldServeSqlClientOfVertx(@TempDir Path directory) throws Exception {
        try (PostgresServer server = PostgresServer.start(directory)) {
            clientOf(server, VertxPgProgram.class)
                    .inTheirPlace("vertx-pg")
                    .run()
                    .carried(Bytes.COUNT)
                    .noWarning();
        }
    }

    private static Java clientOf(PostgresServer server, Class<?> program) {
        return Java.of(program, Integer.toString(server.port()), PostgresServer.USER)
                .agent("report");
    }
}
