// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import io.netty.util.ResourceLeakDetectorFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes down what a run of the tests did, for {@link TestRunTest} to judge when it is over: a listener cannot fail a
 * run, and only after the last test is it known what ran and what leaked.
 *
 * <p>JUnit finds it by its service file and loads it before any test, so before Netty makes its first leak detector.
 */
public final class TestRunRecorder implements TestExecutionListener {

    private static final String LACKING_MACHINE = "This machine ";
    private static final String FULL_RUN_ONLY = "a full run ";
    private static final boolean FULL = "1".equals(System.getenv("ZCRX_FULL"));

    private final Set<String> executed = ConcurrentHashMap.newKeySet();
    private final Set<String> skipped = ConcurrentHashMap.newKeySet();
    private final LeakRecorder leakRecorder = new LeakRecorder();

    /** Called by JUnit. */
    public TestRunRecorder() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(leakRecorder);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (!isOfFullRun(reason)) {
            skipped.add(nameOf(test));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            String reason = result.getThrowable().map(Throwable::getMessage).orElse("");
            // A container or chroot forbids things that some tests need: they say so, and the end of the run counts
            // them.
            if (!reason.contains(LACKING_MACHINE) && !isOfFullRun(reason)) {
                skipped.add(nameOf(test));
            }
        } else if (test.isTest()) {
            executed.add(nameOf(test));
        }
    }

    /** Says that this run is not to have it. */
    private static boolean isOfFullRun(String reason) {
        return !FULL && reason.contains(FULL_RUN_ONLY);
    }

    private static String nameOf(TestIdentifier test) {
        TestSource source = test.getSource().orElse(null);
        if (source instanceof MethodSource method) {
            return method.getClassName() + '#' + method.getMethodName();
        }
        return source instanceof ClassSource type ? type.getClassName() : test.getUniqueId();
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String file = System.getProperty(TestRun.WRITE_PROPERTY);
        if (file == null) {
            return;
        }
        try {
            new TestRun(new TreeSet<>(executed), new TreeSet<>(skipped), leakRecorder.leaks()).write(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
