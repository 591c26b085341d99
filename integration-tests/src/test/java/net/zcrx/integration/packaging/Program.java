package net.zcrx.integration.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs other programs. */
final class Program {
    private static final int TIMEOUT_SECONDS = 60;

    private Program() {}

    /** Runs Java, which must end well; returns what it said. */
    static String java(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a command, which must end well; returns what it said. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail("No end after " + TIMEOUT_SECONDS + " s: " + command + '\n' + Files.readString(output));
            }
            String said = Files.readString(output);
            assertEquals(0, process.exitValue(), () -> command + "\n" + said);
            return said;
        } finally {
            Files.delete(output);
        }
    }
}
