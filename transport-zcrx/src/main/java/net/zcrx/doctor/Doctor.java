// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.change.NicConfigurator;
import net.zcrx.nic.check.Refusals;
import net.zcrx.nic.check.Requirement;
import net.zcrx.nic.check.ZeroCopyCheck;

/**
 * The command that tells what this machine lacks for zero-copy receive, why it matters and which command fixes it. It
 * can also set up the NIC and undo that. Exit status: 0 zero copy can be used, 1 only copy mode or a change that
 * failed, 2 wrong usage, 3 the transport cannot be used at all.
 */
public final class Doctor {
    private static final int ZERO_COPY = 0;
    private static final int COPY = 1;
    private static final int USAGE = 2;
    private static final int NOTHING = 3;

    private static final String HELP = """
            zcrx doctor [INTERFACE] [OPTIONS]: what this machine lacks for zero-copy receive

              INTERFACE   the NIC (one that splits headers, if there is one)
              --queue N   its receive queue (one that is free and that RSS leaves alone, else the last)
              --fix       set up the NIC: header split, its threshold, rules, RSS without the queue
              --undo      put back what --fix changed
              --json      print the same as JSON
              --help      print this

            Exit status: 0 zero copy can be used, 1 only copy mode or a change that failed, 2 wrong usage,
            3 not even copy mode.
            A free queue without traffic is bound for a moment, to try the driver.""";

    private final DoctorOptions options;
    private final List<Requirement> requirements = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private String failure = "";
    private String interfaceName = "";
    private int queue = -1;

    private Doctor(DoctorOptions options) {
        this.options = options;
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        DoctorOptions options;
        try {
            options = DoctorOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            err.println("zcrx doctor: " + e.getMessage());
            err.println();
            err.println(HELP);
            return USAGE;
        }
        if (options.help) {
            out.println(HELP);
            return ZERO_COPY;
        }
        Doctor doctor = new Doctor(options);
        int verdict = doctor.examine();
        DoctorReport report = new DoctorReport(
                doctor.interfaceName,
                doctor.queue,
                sentence(verdict),
                doctor.changes,
                doctor.failure,
                doctor.requirements);
        if (options.json) {
            out.println(report.json());
        } else {
            report.print(out);
        }
        return verdict == ZERO_COPY && !doctor.failure.isEmpty() ? COPY : verdict;
    }

    private static String sentence(int verdict) {
        return switch (verdict) {
            case ZERO_COPY -> "Zero copy can be used.";
            case COPY -> "Only copy mode can be used.";
            default -> "The transport cannot be used.";
        };
    }

    private int examine() {
        Throwable cause = Zcrx.unavailabilityCause();
        requirements.add(new Requirement(
                "transport",
                cause == null ? Requirement.Status.OK : Requirement.Status.MISSING,
                true,
                cause == null ? "The transport works here, at least in copy mode." : cause.getMessage(),
                ""));
        if (NicInspector.isAvailable()) {
            // A sentence that the transport has printed already is not printed twice.
            ZeroCopyCheck.requirements(new ZcrxIoHandlerConfig().queueAreaBytes()).stream()
                    .filter(found -> cause == null || !found.text().equals(cause.getMessage()))
                    .forEach(requirements::add);
            examineNic();
        }
        if (cause != null) {
            return NOTHING;
        }
        return requirements.stream().anyMatch(Requirement::prevents) ? COPY : ZERO_COPY;
    }

    private void examineNic() {
        try {
            interfaceName = options.interfaceName.orElse("");
            if (interfaceName.isEmpty()) {
                List<String> candidates = NicInspector.candidates();
                if (candidates.isEmpty()) {
                    throw Refusals.noNic();
                }
                interfaceName = candidates.get(0);
            }
            NicSnapshot nic = NicInspector.inspect(interfaceName);
            queue = options.queue.orElse(ZeroCopyCheck.bestQueue(nic));
            if (change()) {
                nic = NicInspector.inspect(interfaceName);
            }
            requirements.addAll(ZeroCopyCheck.requirements(nic, queue, new ZcrxIoHandlerConfig().queueAreaBytes()));
            requirements.add(driver(nic));
        } catch (NicException e) {
            requirements.add(new Requirement("interface", Requirement.Status.MISSING, true, e.getMessage(), ""));
        }
    }

    /** @return whether the NIC may have changed */
    private boolean change() {
        try {
            if (options.fix) {
                changes.addAll(NicConfigurator.prepare(interfaceName, Set.of(queue)));
            }
            if (options.undo) {
                changes.addAll(NicConfigurator.restore(interfaceName));
            }
        } catch (NicException e) {
            failure = e.getMessage();
        }
        return options.fix || options.undo;
    }

    private Requirement driver(NicSnapshot nic) throws NicException {
        if (requirements.stream()
                .anyMatch(requirement -> requirement.needed() && requirement.status() != Requirement.Status.OK)) {
            return notTried("as something else is missing");
        }
        if (nic.isNetkit()) {
            // The packets that arrive on a queue on lease cannot be seen here, and only binding it shows whether it
            // works.
            return ZeroCopyCheck.tryDriver(nic, queue);
        }
        if (nic.hashReaches(queue) || !nic.rulesOnto(queue).isEmpty()) {
            return notTried("as traffic arrives on queue " + queue);
        }
        return ZeroCopyCheck.tryDriver(nic, queue);
    }

    private static Requirement notTried(String reason) {
        return new Requirement(
                "driver",
                Requirement.Status.UNKNOWN,
                true,
                "Whether the driver lets a queue be bound was not tried, " + reason + ".",
                "");
    }
}
