// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the virtual machine, runs the campaign in there, and shows its results. */
@Command(name = "vm", description = "Zero copy, over the software NIC in the virtual machine.")
final class VmCommand implements Callable<Integer> {
    private static final int ROUNDS = 5;
    private static final double SECONDS = 5;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CampaignOptions options;

    @Mixin
    private VirtualMachine machine;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireAPattern();
        Home home = Home.find();
        Path json = home.target().resolve("vm.json");
        Files.deleteIfExists(json);
        int code = machine.run(
                home,
                "guest --json=" + json + ' ' + String.join(" ", options.forward(ROUNDS, SECONDS)),
                "nic-up --threaded " + GuestCommand.rules());
        if (!Files.exists(json)) {
            System.err.println("bench: the virtual machine gave no results; its words are above.");
            return 1;
        }
        Path wanted = options.json();
        Results results = Results.read(json);
        if (wanted != null) {
            results.write(wanted);
        }
        return options.show(results) && code == 0 ? 0 : 1;
    }

    private void requireAPattern() {
        if (Patterns.virtualMachine(options.only()).isEmpty()) {
            String names =
                    Patterns.virtualMachine("").stream().map(Pattern::name).collect(Collectors.joining(", "));
            throw new ParameterException(
                    spec.commandLine(), "No pattern's name contains " + options.only() + "; there are " + names + '.');
        }
    }
}
