// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import java.io.PrintStream;
import java.util.function.Consumer;
import net.zcrx.nic.NicException;
import net.zcrx.nic.change.QueueLeases;

/**
 * The command that leases queues of a NIC to a container, so that it receives by zero copy in a network of its own.
 * Exit status: 0 done, 1 refused, and all is as it was, 2 wrong usage.
 */
public final class Lease {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;

    private static final String HELP = """
            zcrx lease NIC:QUEUES --to TARGET --address ADDRESS --port PORTS: leases queues of a NIC to a container (root,
            Linux 7.1; packets reach it by forwarding from Linux 7.2 on)
            zcrx lease NIC[:QUEUES] --undo: ends these leases, or all of the NIC, and puts back what they changed

              NIC:QUEUES          such as eth0:4-5 or eth0:4,6
              --to TARGET         a container of docker, podman or crictl, a network namespace of ip netns, a path as
                                  /proc/PID/ns/net, or the number of a process
              --address ADDRESS   what the container shall have for it, IPv4 or IPv6: the network must send it to this host
              --port PORTS        of TCP to that address, as 80 or 80,443: they are steered to the queues
              --undo              end the lease
              --dry-run           print the steps and change nothing
              --help              print this

            Each step is printed as the command that does the same. If one fails, all is put back as it was.
            Exit status: 0 done, 1 refused, 2 wrong usage.""";

    private Lease() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        LeaseOptions options;
        try {
            options = LeaseOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            err.println("zcrx lease: " + e.getMessage());
            err.println();
            err.println(HELP);
            return USAGE;
        }
        if (options.help) {
            out.println(HELP);
            return DONE;
        }
        Consumer<String> commands = command -> out.println("  " + command);
        try {
            if (options.undo) {
                undo(options, commands, out);
            } else {
                lease(options, commands, out);
            }
            return DONE;
        } catch (NicException e) {
            err.println("zcrx lease: " + e.getMessage());
            for (Throwable left : e.getSuppressed()) {
                err.println("zcrx lease: not put back: " + left.getMessage());
            }
            return REFUSED;
        }
    }

    private static void lease(LeaseOptions options, Consumer<String> commands, PrintStream out) throws NicException {
        if (options.dryRun) {
            QueueLeases.plan(options.request(), commands);
            out.println("Nothing was changed.");
            return;
        }
        String name = QueueLeases.lease(options.request(), commands);
        out.println("Queues " + options.queues + " of " + options.interfaceName + " are " + name
                + " in the container. There, take them with interfaceQueues(\"leased\"), or --queue leased; it needs"
                + " CAP_NET_ADMIN. A firewall of this host must let forwarded packets pass, to " + options.address
                + " and from it.");
    }

    private static void undo(LeaseOptions options, Consumer<String> commands, PrintStream out) throws NicException {
        for (String lease : QueueLeases.ending(options.interfaceName, options.queues)) {
            out.println((options.dryRun ? "Would end: " : "Ends: ") + lease);
        }
        if (options.dryRun) {
            out.println("Nothing was changed.");
        } else {
            QueueLeases.end(options.interfaceName, options.queues, commands);
        }
    }
}
