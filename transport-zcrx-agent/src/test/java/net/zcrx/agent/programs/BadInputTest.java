// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.zcrx.agent.unserved.LateSpliceProgram;
import net.zcrx.agent.unserved.SpliceProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the agent meets, the application runs, and one sentence tells. */
class BadInputTest {
    /** Does not depend on the version of Java: pom.xml leaves it out of runs on another JDK than the build's. */
    static final String ONE_JDK = "one-jdk";

    private static final String EPOLL = "on io.netty.channel.epoll.EpollSocketChannel";
    private static final String NIO = "on io.netty.channel.socket.nio.NioSocketChannel";

    private static void assertContains(String part, Object text) {
        assertTrue(text.toString().contains(part), text::toString);
    }

    private static Java netty() {
        return Java.of(NettyProgram.class);
    }

    @Test
    void shouldWorkOnceIfGivenTwice() throws Exception {
        Said said = netty().agent("report").agent("mode=COPY").run().carried(2L * Bytes.COUNT);
        assertContains("The agent is given twice.", said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldLeaveOutUnknownOptions() throws Exception {
        Said said = netty().agent("report,colour=red").run().carried(2L * Bytes.COUNT);
        assertContains("There is no option colour", said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldHaveNoMetersWithoutMicrometer() throws Exception {
        Said said = netty().without("micrometer").agent("report,meters").run().carried(2L * Bytes.COUNT);
        assertContains("The agent's option meters has no effect", said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldTakeAnotherModeWhereOneDoesNotWork() throws Exception {
        Said said = netty().agent("report,mode=ZERO_COPY").run().carried(2L * Bytes.COUNT);
        assertContains("The mode that the agent was given does not work here", said.warning());
        assertContains("COPY", said.reported("modes"));
    }

    /** The interface is one that has no such queue, which the mode's reason then tells. */
    @Test
    @Tag(ONE_JDK)
    void shouldGiveQueuesToOneGroup() throws Exception {
        Said said = netty().agent("report,interfaceQueues=lo:1,queuesFor=worker")
                .run()
                .carried(2L * Bytes.COUNT);
        said.noWarning();
        assertEquals(1, said.count("INFO The event loops of the group of thread worker-"), said::toString);
        assertEquals(List.of("2"), said.reported("groups"));
        String withoutQueues = "COPY (no interface queue is configured for zero copy)";
        assertContains(withoutQueues, said.reported("modes"));
        assertNotEquals(List.of('[' + withoutQueues + ']'), said.reported("modes"));
    }

    @Test
    @Tag(ONE_JDK)
    void shouldLeaveOutQueuesThatCannotBe() throws Exception {
        Said said = netty().agent("report,interfaceQueues=lo:3-1,queuesFor=worker")
                .run()
                .carried(2L * Bytes.COUNT);
        assertContains("The agent's interfaceQueues are left out", said.warning());
    }

    @Test
    void shouldDoNothingWithoutNetty() throws Exception {
        Java.of(PlainProgram.class).agent("report").run().carriedNothing().noWarning();
    }

    @Test
    void shouldServeBesideZcrxOfApplication() throws Exception {
        Java.of(ZcrxProgram.class)
                .withClassPath(Java.classPath(
                        entry -> !entry.contains("transport-zcrx-agent") || entry.endsWith("test-classes")))
                .agent("report")
                .run()
                .carried(2L * Bytes.COUNT)
                .noWarning();
    }

    @Test
    @Tag(ONE_JDK)
    void shouldKeepEpollWhereItIsUsedInWaysThatWeHaveNot() throws Exception {
        Said said = Java.of(SpliceProgram.class).agent("report").run().carriedNothing();
        assertContains(EPOLL, said);
        assertContains("SpliceProgram uses io.netty.channel.epoll.EpollSocketChannel.spliceTo", said.warning());
        assertContains("is left as it is", said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldWarnOfSuchUseThatComesLate() throws Exception {
        Said said = Java.of(LateSpliceProgram.class).agent("report").run().carried(2L * Bytes.COUNT);
        assertContains("It came too late", said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldStayOutWhereNativesAreSwitchedOff() throws Exception {
        Said said = netty().option("-Dio.netty.transport.noNative=true")
                .agent("report")
                .run();
        assertContains(NIO, said);
        assertContains("Native transports are switched off", said.warning());
    }

    /** Who switches zcrx off wants what there was before it, which is epoll and not NIO. */
    @Test
    @Tag(ONE_JDK)
    void shouldLeaveEpollWhereZcrxIsSwitchedOff() throws Exception {
        Said said = netty().option("-Dnet.zcrx.enabled=false").agent("report").run();
        assertContains(EPOLL, said);
        assertContains("zcrx is switched off by -Dnet.zcrx.enabled=false", said.warning());
    }

    /** The agent cannot see that; the place where applications ask says it. */
    @Test
    void shouldSayNoWhereNativesCannotBeLoaded(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Said said = netty().option("-Dio.netty.native.workdir=" + file)
                .agent("report")
                .run();
        assertContains(NIO, said);
        assertContains("zcrx is not available after all, and epoll says so in its place", said.warning());
        assertEquals(List.of("0"), said.reported("groups"));
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_17)
    void shouldStayOutUnderSecurityManager() throws Exception {
        Said said = Java.of(PlainProgram.class)
                .option("-Djava.security.manager")
                .agent("report")
                .run();
        assertContains("The agent could not start, and nothing is changed", said.warning());
    }

    /** Of Netty the parts that the program needs, as the build has put them beside each other. */
    @ParameterizedTest
    @Tag(ONE_JDK)
    @CsvSource({"4.1.118.Final, zcrx needs 4.2.14.Final or later", "4.2.9.Final, zcrx needs 4.2.14.Final or later"})
    void shouldLeaveOldNettyAsItIs(String version, String sentence) throws Exception {
        Said said = nettyOf(version).agent("report").run().carriedNothing();
        assertContains(NIO, said);
        assertContains("This is Netty " + version, said.warning());
        assertContains(sentence, said.warning());
    }

    @Test
    @Tag(ONE_JDK)
    void shouldServeOldestNetty() throws Exception {
        nettyOf("4.2.14.Final").agent("report").run().carried(2L * Bytes.COUNT).noWarning();
    }

    @Test
    @Tag(ONE_JDK)
    void shouldLeaveMixtureAsItIs() throws Exception {
        List<String> entries = new ArrayList<>(jars("4.2.14.Final"));
        entries.removeIf(entry -> entry.contains("netty-buffer"));
        entries.addAll(jars("4.2.9.Final").stream()
                .filter(entry -> entry.contains("netty-buffer"))
                .toList());
        entries.add(programs());
        Said said = netty().withClassPath(entries).agent("report").run().carriedNothing();
        assertContains("These are parts of several versions of Netty: {netty-buffer=4.2.9.Final", said.warning());
    }

    private static Java nettyOf(String version) throws IOException {
        List<String> entries = new ArrayList<>(jars(version));
        entries.add(programs());
        return netty().withClassPath(entries);
    }

    private static String programs() {
        return Path.of(System.getProperty("basedir"), "target", "test-classes").toString();
    }

    private static List<String> jars(String version) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("basedir"), "target", "netty", version))) {
            return files.map(Path::toString).toList();
        }
    }
}
