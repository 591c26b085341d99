// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application on the module path, as docs/requirements.md tells to start it. */
class ModulePathTest {
    private static final String ADD_OPENS =
            "--add-opens=io.netty.transport.classes.io_uring/io.netty.channel.uring=net.zcrx.transport";
    private static final Pattern NEEDED = Pattern.compile("transport-zcrx(-native)?/target/"
            + "|netty-(common|buffer|resolver|transport|transport-native-unix-common"
            + "|transport-classes-io_uring)-\\d"
            // Those of both processors call themselves the same module.
            + "|netty-transport-native-io_uring-.*" + PlatformDependent.normalizedArch()
            + "|jctools-core-");

    @TempDir
    private static Path module;

    private static String modulePath;

    @BeforeAll
    static void compile() {
        String libraries = Probe.classPath().stream()
                .filter(entry -> NEEDED.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
        Path tests = Path.of(System.getProperty("basedir"), "src/test");
        Path probe =
                tests.resolve("java").resolve(AvailabilityProbe.class.getName().replace('.', '/') + ".java");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--module-path",
                        libraries,
                        "-d",
                        module.toString(),
                        tests.resolve("module/module-info.java").toString(),
                        probe.toString());
        assertEquals(0, status);
        modulePath = module + File.pathSeparator + libraries;
    }

    @Test
    void shouldNameOptionThatIsMissing() throws IOException, InterruptedException {
        Probe probe = run();
        probe.assertUnavailable(ADD_OPENS.replace('=', ' ').replaceFirst("uring net", "uring=net"));
        probe.assertNames("cause.cause", "InaccessibleObjectException");
    }

    @Test
    void shouldEcho() throws IOException, InterruptedException {
        run(ADD_OPENS).assertWorksInCopyMode();
    }

    @Test
    void shouldReplaceTransportWhereBootstrapsAreOpen() throws IOException, InterruptedException {
        String open = "--add-opens=io.netty.transport/io.netty.bootstrap=net.zcrx.transport";
        run(ADD_OPENS).assertNames("replace", open.replaceFirst("=", " "));
        run(ADD_OPENS, open).assertNames("replace", "ok");
    }

    /** Though no module here requires the Flight Recorder. */
    @Test
    void shouldRecordEvents() throws IOException, InterruptedException {
        Path recording = module.resolveSibling(module.getFileName() + ".jfr");
        try {
            run(ADD_OPENS, "-XX:StartFlightRecording=dumponexit=true,filename=" + recording)
                    .assertWorksInCopyMode();
            List<RecordedEvent> starts = RecordingFile.readAllEvents(recording).stream()
                    .filter(event -> event.getEventType().getName().equals("net.zcrx.LoopStart"))
                    .toList();
            assertTrue(!starts.isEmpty());
            assertEquals("COPY", starts.get(0).getString("mode"));
        } finally {
            Files.deleteIfExists(recording);
        }
    }

    @Test
    void shouldNameModulesThatNeedNativeAccess() throws IOException, InterruptedException {
        String enable = "--enable-native-access=io.netty.common,io.netty.transport.unix.common,"
                + "io.netty.transport.classes.io_uring,net.zcrx.transport";
        // Java 17 has no option that forbids it.
        if (Runtime.version().feature() < 24) {
            run(ADD_OPENS, enable).assertWorksInCopyMode();
            return;
        }
        String deny = "--illegal-native-access=deny";
        run(ADD_OPENS, deny).assertUnavailable(deny, enable);
        run(ADD_OPENS, deny, enable).assertWorksInCopyMode();
    }

    private static Probe run(String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        // Netty's native library is in a module that no other requires, and which has this name for each processor.
        String nativeModule = "io.netty.transport.io_uring.linux.x86_64";
        all.addAll(List.of("--module-path", modulePath, "--add-modules", nativeModule));
        all.addAll(List.of("--module", "net.zcrx.probe/" + AvailabilityProbe.class.getName()));
        return Probe.run(List.of(), all);
    }
}
