// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other processes: shell commands, and this JVM once more under other circumstances. */
public final class Child {
    private static final long TIMEOUT_SECONDS = 120;

    private Child() {}

    /** @param output what it wrote, errors included */
    public record Result(int code, String output) {
        /** The output, if it ended well. */
        public String orFail() {
            if (code != 0) {
                throw new AssertionError("exit code " + code + ": " + output);
            }
            return output;
        }
    }

    /** Runs a shell command to its end. */
    public static Result shell(String command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("child", "");
        try {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("no end after " + TIMEOUT_SECONDS + " s: " + command);
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    /** The shell command that runs a class in a JVM such as this one. */
    public static String java(Class<?> main, String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        Collections.addAll(words, arguments);
        return "'" + String.join("' '", words) + "'";
    }

    /**
     * The shell command that runs another in a network namespace of its own, after this preparation. Where there can be
     * none, as in many containers, the test is skipped.
     */
    public static String inNetworkNamespace(String preparation, String command)
            throws IOException, InterruptedException {
        boolean root = System.getProperty("user.name").equals("root");
        String unshare = "unshare " + (root ? "" : "--map-root-user ") + "--net";
        assumeAllowed("network namespaces", unshare);
        return unshare + " sh -e <<'NAMESPACE'\nip link set lo up\n" + preparation + "\nexec " + command
                + "\nNAMESPACE";
    }

    /** Skips the test, with a reason that names {@code what}, where {@code wrapper} can run no command. */
    public static void assumeAllowed(String what, String wrapper) throws IOException, InterruptedException {
        Result result = shell(wrapper + " true");
        assumeTrue(
                result.code() == 0,
                () -> "This machine allows no " + what + ": " + result.output().strip());
    }
}
