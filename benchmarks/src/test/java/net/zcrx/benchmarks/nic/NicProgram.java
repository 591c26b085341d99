// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.zcrx.benchmarks.Home;

/** One side as a program. */
final class NicProgram {
    private static final Pattern PORT = Pattern.compile("Waiting for the other machine, port (\\d+)");

    private NicProgram() {}

    /** @param prefix of the command, as {@code ip netns exec NAME} */
    static Process start(List<String> prefix, String... options) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", Home.find().classPath(), "net.zcrx.benchmarks.Bench", "nic"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Waits until a server listens. */
    static String port(Process server) throws IOException {
        BufferedReader said = server.inputReader();
        StringBuilder before = new StringBuilder();
        for (String line; (line = said.readLine()) != null; ) {
            before.append(line).append('\n');
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                return port.group(1);
            }
        }
        throw new IOException("The server ended without listening: " + before);
    }

    /** What it says until its end. */
    static String rest(Process process) throws Exception {
        StringWriter text = new StringWriter();
        process.inputReader().transferTo(text);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return text.toString();
    }
}
