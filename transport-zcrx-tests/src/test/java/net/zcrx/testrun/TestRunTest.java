package net.zcrx.testrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Judges the run of all other tests of this module; the build starts it after them. */
class TestRunTest {

    private static final String TESTSUITE = "net.zcrx.testsuite.";

    /** Methods of Netty's test suite that must run. Raise it with every case that is added. */
    private static final int TESTSUITE_METHODS = 149;

    /** Each with its reason. */
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

    private TestRun run;

    @BeforeEach
    void read() throws IOException {
        String file = System.getProperty(TestRun.READ_PROPERTY);
        assertNotNull(file, "Run it by 'mvn verify', which first runs what it judges.");
        run = TestRun.read(Path.of(file));
    }

    @Test
    void shouldRunAllOfTestsuite() {
        long methods = run.executed().stream()
                .filter(name -> name.startsWith(TESTSUITE))
                .count();
        System.out.println("Netty's test suite: " + methods + " test methods ran, " + TESTSUITE_METHODS
                + " must; skipped in this module: " + run.skipped());
        assertTrue(
                methods >= TESTSUITE_METHODS, () -> "Only " + methods + " methods of " + TESTSUITE_METHODS + " ran.");
    }

    @Test
    void shouldSkipOnlyWithReason() {
        assertEquals(KNOWN_SKIPS, run.skipped());
    }

    @Test
    void shouldNotLeak() {
        assertEquals(List.of(), run.leaks());
    }
}
