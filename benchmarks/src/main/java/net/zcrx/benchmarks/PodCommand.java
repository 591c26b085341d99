// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the virtual machine, and has zero copy measured in there: on the host, and in a container with a lease. */
@Command(
        name = "pod",
        description = "Zero copy in a container that has a queue on lease, beside the host; in the virtual machine.")
final class PodCommand implements Callable<Integer> {
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "How often each is measured (5).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "5", description = "Length of a measurement (5).")
    private double seconds;

    @Mixin
    private VirtualMachine machine;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Home home = Home.find();
        Path project = home.module().getParent();
        return machine.run(home, "guest-pod --project=" + project + " --rounds=" + rounds + " --seconds=" + seconds);
    }

    /** The part that runs in the virtual machine. */
    @Command(name = "guest-pod", hidden = true)
    static final class Guest implements Callable<Integer> {
        @Option(names = "--project", required = true)
        private Path project;

        @Option(names = "--rounds", required = true)
        private int rounds;

        @Option(names = "--seconds", required = true)
        private double seconds;

        /** Java compiles slowly under emulation. */
        @Option(names = "--warmup", defaultValue = "20")
        private double warmup;

        @Override
        public Integer call() throws IOException {
            PodBesideHost both = new PodBesideHost(project, warmup, seconds);
            try {
                for (int round = 1; round <= rounds; round++) {
                    System.err.println("round " + round + " of " + rounds);
                    both.measure(round);
                }
                return 0;
            } catch (RunFailedException e) {
                System.err.println("bench: " + e.getMessage());
                return 1;
            } finally {
                System.out.println(both.report());
            }
        }
    }
}
