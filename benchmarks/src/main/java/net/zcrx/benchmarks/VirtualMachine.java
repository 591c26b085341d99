// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The project's virtual machine, for commands that measure in it. */
final class VirtualMachine {
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "For all of it (${DEFAULT-VALUE}).")
    private int timeout;

    /**
     * Runs the benchmarks in the virtual machine; returns their exit code.
     *
     * @param arguments of the benchmarks
     * @param before a command that is run in there before
     */
    int run(Home home, String arguments, String... before) throws IOException, InterruptedException {
        List<String> guest = new ArrayList<>(List.of(before));
        guest.add("java -XX:TieredStopAtLevel=1 -jar " + home.target().resolve("benchmarks.jar") + ' ' + arguments);
        List<String> command = List.of(
                home.module().resolveSibling("transport-zcrx-tests/vm/vm").toString(),
                "--timeout",
                Integer.toString(timeout),
                "--",
                String.join(" && ", guest));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
