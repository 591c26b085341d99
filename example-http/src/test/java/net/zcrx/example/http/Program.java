// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client program, run to its end. */
final class Program {
    private static final int SECONDS = 120;

    /** What a program said, its errors among its output, and how it ended. */
    record Result(int status, String output) {
        Result succeeded() {
            if (status != 0) {
                fail("The program ended with status " + status + ":\n" + output);
            }
            return this;
        }
    }

    private Program() {}

    /** Runs a program that comes in the Debian package of that name; fails if it is missing or does not end. */
    static Result run(String debianPackage, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        try {
            Process process = start(debianPackage, command, output);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                fail(command + " did not end within " + SECONDS + " s:\n" + read(output));
            }
            return new Result(process.exitValue(), read(output));
        } finally {
            Files.delete(output);
        }
    }

    /** Starts a program that writes to a file. */
    static Process start(String debianPackage, List<String> command, Path output) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            return fail("The test needs the program " + command.get(0) + ": apt-get install " + debianPackage, e);
        }
    }

    private static String read(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    }
}
