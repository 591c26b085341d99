// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.LeaseNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.check.Refusals;

/**
 * Leases queues of a NIC to a container (Linux 7.1), on the host: a pair of netkit interfaces, the leases, the
 * container's end with its address and routes, forwarding, settings and rules of the NIC. Needs root. Any thread; takes
 * some hundred milliseconds.
 *
 * <p>A lease stays until {@link #end}, or until its container's network namespace or its NIC ends. The rest of it is
 * removed with the next lease.
 */
public final class QueueLeases {
    private QueueLeases() {}

    /**
     * Makes a lease; all of it or nothing.
     *
     * @param commands gets each step when it is done, as a command that does the same, and each that is undone
     * @return the name of the interface in the container
     * @throws NicException with a sentence if something is wrong with the request or is refused; then all is as it was
     */
    public static String lease(LeaseRequest request, Consumer<String> commands) throws NicException {
        return lease(StateDirectory.find(), request, commands);
    }

    static String lease(StateDirectory directory, LeaseRequest request, Consumer<String> commands) throws NicException {
        return directory.locked(() -> {
            removeGone(directory, commands);
            try (NicSession session = new NicSession(request.interfaceName())) {
                LeaseNote note = checked(directory, request, session);
                List<LeaseSteps.Step> steps = LeaseSteps.of(note, session);
                note.write();
                try {
                    for (LeaseSteps.Step step : steps) {
                        step.action().run();
                        commands.accept(step.command().get());
                    }
                } catch (IOException e) {
                    throw putBack(directory, note, e, commands);
                }
                return note.netkit();
            }
        });
    }

    private static NicException putBack(
            StateDirectory directory, LeaseNote note, IOException cause, Consumer<String> commands) throws IOException {
        NicException refusal =
                cause instanceof NicException known ? known : new NicException(cause.getMessage(), cause);
        try {
            LeaseEnd.undo(note, LeaseNote.readAll(directory), command -> commands.accept("(put back) " + command));
        } catch (NicException again) {
            refusal.addSuppressed(again);
        }
        return refusal;
    }

    /**
     * The steps of a lease, as commands. Nothing is changed.
     *
     * @throws NicException as {@link #lease} does, where the reason is known without trying
     */
    public static void plan(LeaseRequest request, Consumer<String> commands) throws NicException {
        plan(StateDirectory.find(), request, commands);
    }

    static void plan(StateDirectory directory, LeaseRequest request, Consumer<String> commands) throws NicException {
        directory.locked(() -> {
            try (NicSession session = new NicSession(request.interfaceName())) {
                LeaseNote note = checked(directory, request, session);
                LeaseSteps.of(note, session)
                        .forEach(step -> commands.accept(step.command().get()));
                return null;
            }
        });
    }

    private static LeaseNote checked(StateDirectory directory, LeaseRequest request, NicSession session)
            throws NicException, IOException {
        NicSnapshot nic = session.nic();
        if (nic.isNetkit()) {
            throw new NicException(nic.interfaceName()
                    + " is a netkit itself. Name the NIC, where that is: queues are leased from NICs.");
        }
        for (int queue : request.queues()) {
            Refusals.requireFreeQueue(nic, queue);
        }
        if (nic.rules().isEmpty()) {
            throw new NicException("The driver (" + nic.driver().orElse("none") + ") of " + nic.interfaceName()
                    + " has no table of rules, so no port can be steered to a queue.");
        }
        for (NicSetting setting : NicSetting.values()) {
            setting.wanted(nic, Set.copyOf(request.queues()));
        }
        if (!LeaseNetlink.isSupported(session.netlink())) {
            throw new NicException("Kernel " + System.getProperty("os.version")
                    + " cannot lease queues: Linux 7.1 or later is needed, with CONFIG_NETKIT.");
        }
        if (NetworkInterface.getByInetAddress(request.address()) != null) {
            throw new NicException(
                    request.address().getHostAddress() + " is an address of this host. The container needs"
                            + " one of its own, whose packets come to this host.");
        }
        LeaseNote note = LeaseNote.begin(directory, request, NetworkNamespace.find(request.target()));
        requireNoRule(directory, note, session.rules());
        return note;
    }

    private static void requireNoRule(StateDirectory directory, LeaseNote note, RuleTable table)
            throws NicException, IOException {
        List<LeaseNote> gone = new ArrayList<>();
        for (LeaseNote other : LeaseNote.readAll(directory)) {
            if (other.isGone()) {
                gone.add(other);
            }
        }
        for (NicRule rule : table.rules()) {
            FlowRule flow = rule.flow();
            if (flow != null
                    && note.flows().stream().anyMatch(flow::matchesSame)
                    && gone.stream().noneMatch(other -> other.owns(flow))) {
                throw table.inTheWay(rule);
            }
        }
    }

    /** Removes the rest of leases whose container or NIC has ended. */
    private static void removeGone(StateDirectory directory, Consumer<String> commands)
            throws NicException, IOException {
        for (LeaseNote note : LeaseNote.readAll(directory)) {
            if (note.isGone()) {
                LeaseEnd.undo(note, LeaseNote.readAll(directory), command -> commands.accept("(left over) " + command));
            }
        }
    }

    /**
     * Ends leases and puts back what they changed.
     *
     * @param queues of the NIC; none for all that are on lease
     * @param commands gets each step
     * @throws NicException if there is no such lease, or something is refused; the rest is undone then, and this can be
     *     called again
     */
    public static void end(String interfaceName, List<Integer> queues, Consumer<String> commands) throws NicException {
        end(StateDirectory.find(), interfaceName, queues, commands);
    }

    static void end(StateDirectory directory, String interfaceName, List<Integer> queues, Consumer<String> commands)
            throws NicException {
        directory.locked(() -> {
            List<LeaseNote> ending = ending(directory, interfaceName, queues);
            for (LeaseNote note : ending) {
                LeaseEnd.undo(note, LeaseNote.readAll(directory), commands);
            }
            return null;
        });
    }

    /** Returns the leases that {@link #end} would end, as the ends of sentences. */
    public static List<String> ending(String interfaceName, List<Integer> queues) throws NicException {
        StateDirectory directory = StateDirectory.find();
        return directory.locked(() -> ending(directory, interfaceName, queues).stream()
                .map(LeaseNote::toString)
                .toList());
    }

    private static List<LeaseNote> ending(StateDirectory directory, String interfaceName, List<Integer> queues)
            throws NicException, IOException {
        List<LeaseNote> ending = LeaseNote.readAll(directory).stream()
                .filter(note -> note.interfaceName.equals(interfaceName)
                        && (queues.isEmpty() || note.queues.stream().anyMatch(queues::contains)))
                .toList();
        if (ending.isEmpty()) {
            throw new NicException(
                    "zcrx lease has leased " + (queues.isEmpty() ? "no queue" : "none of queues " + queues)
                            + " of " + interfaceName
                            + ", or that lease has ended. Leases of others end with their netkit: ip link"
                            + " del NAME.");
        }
        for (LeaseNote note : ending) {
            if (!queues.isEmpty()) {
                note.requireAll(queues);
            }
        }
        return ending;
    }
}
