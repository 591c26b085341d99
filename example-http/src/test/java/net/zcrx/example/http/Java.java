// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Java that runs this, for programs of this class path in processes of their own, with every leak looked for. */
public final class Java {
    private static final int FIRST_TO_WARN_OF_NATIVE_ACCESS = 24;

    private Java() {}

    /** The command that starts a program with these options. */
    public static List<String> command(String mainClass, List<String> jvmOptions, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Dio.netty.leakDetection.level=paranoid"));
        if (Runtime.version().feature() >= FIRST_TO_WARN_OF_NATIVE_ACCESS) {
            // What the manifest of the jar says.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(options));
        return command;
    }
}
