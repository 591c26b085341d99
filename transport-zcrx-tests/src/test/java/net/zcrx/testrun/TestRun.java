// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Test methods that a run executed and skipped, as class#method, and the leaks that it reported. */
public record TestRun(Set<String> executed, Set<String> skipped, Collection<String> leaks) {

    /** System property of the tests: the file that their run is written to. */
    public static final String WRITE_PROPERTY = "zcrx.testrun.write";

    /** System property of the judge: that file. */
    static final String READ_PROPERTY = "zcrx.testrun.read";

    private static final String TESTSUITE = "net.zcrx.testsuite.";

    /** What is skipped everywhere, each with its reason. */
    private static final Set<String> KNOWN_SKIPS = Set.of(
            // Connects to an address of TEST-NET and fails where a network answers for every address.
            TESTSUITE + "ZcrxSocketConnectionAttemptTest#testConnectCancellation",
            // A ring belongs to one thread: Netty's io_uring loops cannot be suspended either.
            TESTSUITE + "ZcrxEventLoopTest#testAutoScalingEventLoopGroupCanScaleDownAndBeUsed",
            TESTSUITE + "ZcrxEventLoopTest#testSubmittingTaskWakesUpSuspendedExecutor",
            // Netty's event loops with an IoHandler do not list their channels.
            TESTSUITE + "ZcrxEventLoopTest#testChannelsIterator",
            TESTSUITE + "ZcrxEventLoopTest#testChannelsIteratorEmpty",
            TESTSUITE + "ZcrxEventLoopTest#testChannelsIteratorRemoveThrows",
            // Asks OpenSSL to refuse renegotiation; BoringSSL has none. SocketSslEcho renegotiates with the JDK's TLS.
            TESTSUITE + "ZcrxSocketSslClientRenegotiateTest#testSslRenegotiationRejected");

    /** Needs a kernel that can tell waiting for a disk from waiting for anything else: 6.15. */
    private static final String NEEDS_NO_IO_WAIT =
            "net.zcrx.lessons.IdleAccountingTest#shouldNotCountIdleLoopsAsWaitingForDisk";

    /** Needs to mount a small file system. */
    private static final String NEEDS_MOUNTS = "net.zcrx.lessons.FileFailureTest#shouldTellHowMuchWasWrittenToFullDisk";

    /** Needs to mount a file system of an image. */
    private static final String NEEDS_LOOP_DEVICES =
            "net.zcrx.lessons.FileLoopEndTest#shouldEndThoughDiskDoesNotAnswer";

    /** Netty's epoll transport, beside which ours is played, loses what it received where an executor refuses it. */
    private static final String OF_EPOLL =
            "io.netty.channel.epoll.AbstractEpollStreamChannel$EpollStreamUnsafe.epollInReady";

    private static final String EXECUTED = "executed ";
    private static final String SKIPPED = "skipped ";
    private static final String LEAK = "leak ";

    /** What may be skipped on this kernel. */
    public static Set<String> knownSkips() {
        Set<String> known = new TreeSet<>(KNOWN_SKIPS);
        if (!KernelFeatures.hasNoIoWait()) {
            known.add(NEEDS_NO_IO_WAIT);
        }
        if (!KernelFeatures.mayMount()) {
            known.add(NEEDS_MOUNTS);
        }
        if (!KernelFeatures.mayMount() || !KernelFeatures.hasLoopDevices()) {
            known.add(NEEDS_LOOP_DEVICES);
        }
        return known;
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        executed.forEach(name -> lines.add(EXECUTED + name));
        skipped.forEach(name -> lines.add(SKIPPED + name));
        leaks.forEach(leak -> lines.add(LEAK + leak.replace('\n', ' ')));
        Files.write(file, lines);
    }

    /** What {@link #write} wrote, but for leaks of Netty's epoll transport. */
    public static TestRun read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return new TestRun(
                new TreeSet<>(starting(lines, EXECUTED)),
                new TreeSet<>(starting(lines, SKIPPED)),
                starting(lines, LEAK).stream()
                        .filter(leak -> !leak.contains(OF_EPOLL))
                        .toList());
    }

    /** How many methods of Netty's test suite ran. */
    long testsuiteMethods() {
        return executed.stream().filter(name -> name.startsWith(TESTSUITE)).count();
    }

    private static List<String> starting(List<String> lines, String prefix) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }
}
