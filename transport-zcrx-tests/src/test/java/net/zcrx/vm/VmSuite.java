// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.testrun.TestRun;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests with the tag "vm", or the classes that are named, in this one JVM: starting another is slow in the
 * virtual machine. A line per test as it ends, one per failure, then {@code N passed, N failed, N skipped}; exit status
 * 1 if one failed or none ran. A leak is a failure, and so is a skip that is not among {@link TestRun#knownSkips}.
 */
public final class VmSuite {
    private static final String PACKAGE = "net.zcrx.vm";

    private VmSuite() {}

    /** Names of classes; none for all with the tag. */
    public static void main(String[] classes) throws IOException {
        List<? extends DiscoverySelector> selectors = classes.length == 0
                ? List.of(selectPackage("net.zcrx"))
                : Arrays.stream(classes)
                        .map(name -> selectClass(name.contains(".") ? name : PACKAGE + '.' + name))
                        .toList();
        LauncherDiscoveryRequestBuilder request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors);
        if (classes.length == 0) {
            // By their names first, since a class must be loaded to see its tags.
            request.filters(ClassNameFilter.includeClassNamePatterns(".*Test"), TagFilter.includeTags("vm"));
        }
        // A test that hangs is one failure, with the stacks of all threads, and not the end of the run.
        request.configurationParameter("junit.jupiter.execution.timeout.default", "300 s");
        request.configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD");
        request.configurationParameter("junit.jupiter.execution.timeout.threaddump.enabled", "true");
        // One launcher, and so one recorder: it keeps the leaks of both runs.
        Launcher launcher = LauncherFactory.create();
        Outcome outcome = new Outcome();
        TestRun record = run(launcher, request.build(), outcome);
        if (!outcome.failures.isEmpty()) {
            record = runAgain(launcher, outcome);
        }
        for (String leak : record.leaks()) {
            fail(outcome, "a buffer was not released: " + leak);
        }
        for (String test : record.skipped()) {
            if (!TestRun.knownSkips().contains(test)) {
                fail(outcome, "skipped without being known to be: " + test);
            }
        }
        outcome.failures.values().forEach(failure -> System.out.println("failed  " + failure));
        System.out.println(outcome.passed + " passed, " + outcome.failed + " failed, " + outcome.skipped + " skipped");
        System.exit(outcome.failed.get() > 0 || outcome.passed.get() == 0 ? 1 : 0);
    }

    /** Once more what failed: under emulation a busy host can make a case miss its limits. Tells which were flakes. */
    private static TestRun runAgain(Launcher launcher, Outcome first) throws IOException {
        List<? extends DiscoverySelector> failed = first.failures.keySet().stream()
                .map(DiscoverySelectors::selectUniqueId)
                .toList();
        System.out.println("again   " + failed.size() + " that failed");
        Outcome second = new Outcome();
        TestRun record = run(
                launcher,
                LauncherDiscoveryRequestBuilder.request().selectors(failed).build(),
                second);
        first.failures.forEach((id, failure) -> {
            if (!second.failures.containsKey(id)) {
                System.out.println("flaky   " + failure);
            }
        });
        first.failures.keySet().retainAll(second.failures.keySet());
        first.failed.addAndGet(-second.passed.get());
        first.passed.addAndGet(second.passed.get());
        return record;
    }

    /** Returns what {@code net.zcrx.testrun} wrote down of this run and those before it; it always does. */
    private static TestRun run(Launcher launcher, LauncherDiscoveryRequest request, TestExecutionListener listener)
            throws IOException {
        Path record = Files.createTempDirectory("zcrx-suite").resolve("test-run.txt");
        System.setProperty(TestRun.WRITE_PROPERTY, record.toString());
        launcher.execute(request, listener);
        return TestRun.read(record);
    }

    private static void fail(Outcome outcome, String sentence) {
        outcome.failures.put(sentence, sentence);
        outcome.failed.incrementAndGet();
    }

    private static final class Outcome implements TestExecutionListener {
        final AtomicInteger passed = new AtomicInteger();
        final AtomicInteger failed = new AtomicInteger();
        final AtomicInteger skipped = new AtomicInteger();
        /** By the test's identity: its name, and the first line of its failure. */
        final Map<String, String> failures = new LinkedHashMap<>();

        private long began;

        @Override
        public void executionStarted(TestIdentifier test) {
            began = System.nanoTime();
            if (test.isTest()) {
                System.out.println("begin   " + name(test));
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skipped.incrementAndGet();
            System.out.println("skipped " + name(test) + ": " + reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            String took = " (" + (System.nanoTime() - began) / 1_000_000 + " ms)";
            switch (result.getStatus()) {
                case SUCCESSFUL:
                    if (test.isTest()) {
                        passed.incrementAndGet();
                        System.out.println("ok      " + name(test) + took);
                    }
                    break;
                case ABORTED:
                    skipped.incrementAndGet();
                    System.out.println("skipped " + name(test) + ": "
                            + result.getThrowable().map(Throwable::getMessage).orElse(""));
                    break;
                default:
                    failed.incrementAndGet();
                    failures.put(
                            test.getUniqueId(),
                            name(test) + ": "
                                    + result.getThrowable()
                                            .map(Outcome::firstLine)
                                            .orElse(""));
                    System.out.println("FAILED  " + name(test) + took);
                    result.getThrowable().ifPresent(cause -> System.out.println(trace(cause)));
            }
        }

        private static String firstLine(Throwable cause) {
            return cause.toString().lines().findFirst().orElse("");
        }

        private static String name(TestIdentifier test) {
            return test.getUniqueIdObject().getSegments().stream()
                    .skip(1)
                    .map(segment -> segment.getValue().replaceAll("net\\.zcrx\\.", ""))
                    .reduce((left, right) -> left + ' ' + right)
                    .orElse(test.getDisplayName());
        }

        private static String trace(Throwable cause) {
            StringWriter text = new StringWriter();
            cause.printStackTrace(new PrintWriter(text));
            return text.toString()
                    .lines()
                    .filter(line -> !line.contains("org.junit."))
                    .limit(40)
                    .map(line -> "        " + line)
                    .reduce((a, b) -> a + '\n' + b)
                    .orElse("");
        }
    }
}
