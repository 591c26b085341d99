// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.concurrent.Callable;
import net.zcrx.benchmarks.nic.NicCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0, 1 if something could not be measured, 2 for wrong usage. */
@Command(
        name = "bench",
        description = "Measures zcrx beside Netty's own transports.",
        footer = {
            "",
            "quick --list and full --list show the patterns, --only NAME takes those that have NAME in theirs:",
            "  incast, outcast, all-to-all, one-to-one   long flows",
            "  rpc-incast, mixed, ping-beside-bulk, churn, idle, proxy, upload",
            "  echo-tcp, echo-http   as fast as it goes, and at a quarter of that",
            "  cost-tcp, cost-http, cost-hop   processor time per message at fixed rates",
            "  free-, pinned-   placed by the scheduler with a loop per processor, and the same load pinned",
            "  hop   answers from another thread",
            "  nginx   keep-alive connections through nginx",
            "  grpc-unary, grpc-upload, grpc-download",
            "  tls-tcnative, tls-jdk   HTTPS, echo and upload",
            "  http2-upload, http2-download",
            "  gateway   Reactor Netty before a slow backend",
            "  store-memory, store-disk   uploads to files and downloads from them",
            "vm --only NAME does the same with its own: vm-single, vm-incast-4, vm-rpc, vm-store-memory, vm-store-disk"
        },
        subcommands = {
            QuickCommand.class,
            FullCommand.class,
            MicroCommand.class,
            SharedCommand.class,
            AgentCommand.class,
            SlowDiskCommand.class,
            VmCommand.class,
            GuestCommand.class,
            PodCommand.class,
            PodCommand.Guest.class,
            NicCommand.class,
            PageCommand.class
        })
public final class Bench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "Say which: quick, full, micro, shared, agent, slow-disk, vm, pod, nic or page.");
    }
}
