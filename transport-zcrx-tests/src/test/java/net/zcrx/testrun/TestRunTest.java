// SPDX-License-Identifier: Apache-2.0
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

    /** Methods of Netty's test suite that must run. Raise it with every case that is added. */
    private static final int TESTSUITE_METHODS = 194;

    /** Whether the run left classes out, which another run of the same build had. */
    private static final boolean PART = Boolean.getBoolean("zcrx.testrun.part");

    private TestRun run;

    @BeforeEach
    void read() throws IOException {
        String file = System.getProperty(TestRun.READ_PROPERTY);
        assertNotNull(file, "Run it by 'mvn verify', which first runs what it judges.");
        run = TestRun.read(Path.of(file));
    }

    @Test
    void shouldRunAllOfTestsuite() {
        long methods = run.testsuiteMethods();
        long least = PART ? TESTSUITE_METHODS / 4 : TESTSUITE_METHODS;
        System.out.println("Netty's test suite: " + methods + " test methods ran, " + least
                + " must; skipped in this module: " + run.skipped());
        assertTrue(methods >= least, () -> "Only " + methods + " methods of " + least + " ran.");
    }

    @Test
    void shouldSkipOnlyWithReason() {
        Set<String> expected = TestRun.knownSkips();
        if (PART) {
            expected.retainAll(run.skipped());
        }
        assertEquals(expected, run.skipped());
    }

    @Test
    void shouldNotLeak() {
        assertEquals(List.of(), run.leaks());
    }
}
