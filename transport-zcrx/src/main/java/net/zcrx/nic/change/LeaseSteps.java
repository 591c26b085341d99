// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.LeaseNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;

/** The steps of a lease, in their order: those that a CNI plugin would do. {@link LeaseEnd} undoes them. */
final class LeaseSteps {
    private static final String FORWARDING_4 = "net.ipv4.ip_forward";
    private static final String FORWARDING_6 = "net.ipv6.conf.all.forwarding";

    private final LeaseNote note;
    private final NicSession session;
    private final List<Step> steps = new ArrayList<>();

    interface Action {
        void run() throws NicException, IOException;
    }

    /** @param command that does the same; a value that is known only when it is done is described before */
    record Step(Supplier<String> command, Action action) {}

    private LeaseSteps(LeaseNote note, NicSession session) {
        this.note = note;
        this.session = session;
    }

    /** Returns the steps of a lease, and writes the present values of the settings that they change into the note. */
    static List<Step> of(LeaseNote note, NicSession session) throws NicException, IOException {
        note.interfaceIndex = session.nic().interfaceIndex();
        LeaseSteps steps = new LeaseSteps(note, session);
        steps.settings();
        steps.netkit();
        steps.container();
        steps.forwarding();
        steps.rules();
        return steps.steps;
    }

    private void settings() throws NicException {
        for (NicSetting setting : NicSetting.values()) {
            String before = setting.current(session.nic());
            String after = setting.wanted(session.nic(), Set.copyOf(note.queues));
            if (!before.equals(after)) {
                note.before.put(setting.name(), before);
                add(setting.command(note.interfaceName, after), () -> {
                    try {
                        session.set(setting, after);
                    } catch (NicException e) {
                        throw Refusals.refusedChange(note.interfaceName, e);
                    }
                });
            }
        }
    }

    private void netkit() {
        HostCommand pair = HostCommand.of(("ip link add " + note.hostEnd() + " type netkit mode l3 peer name "
                        + note.netkit() + " numrxqueues " + (note.queues.size() + 1))
                .split(" "));
        add(pair.toString(), () -> {
            try {
                pair.run();
            } catch (NicException e) {
                throw new NicException(
                        e.getMessage() + " It needs root, a kernel with netkit (CONFIG_NETKIT) and iproute2 6.7 or"
                                + " later.",
                        e);
            }
        });
        for (int queue : note.queues) {
            add(LeaseNetlink.command(note.netkit(), session.nic().interfaceIndex(), queue), () -> lease(queue));
        }
        // The leases go with it: taken by the host, where the NIC is, they need no right in the container.
        run(HostCommand.of(
                "ip",
                "link",
                "set",
                note.netkit(),
                "netns",
                note.namespace.path().toString()));
    }

    private void lease(int queue) throws NicException {
        int netkit = NicInspector.index(note.netkit())
                .orElseThrow(() -> new NicException(note.netkit() + " is gone: somebody else removed it."));
        try {
            LeaseNetlink.lease(session.netlink(), netkit, session.nic().interfaceIndex(), queue);
        } catch (NicException e) {
            throw new NicException(
                    "Queue " + queue + " of " + note.interfaceName + " could not be leased: " + e.getMessage()
                            + (e.errno() == Errno.EOPNOTSUPP
                                    ? ". Its driver cannot lend queues, or this kernel cannot: it needs Linux 7.1."
                                    : ". See who has it with: zcrx doctor " + note.interfaceName + " --queue " + queue),
                    e.errno());
        }
    }

    private void container() throws NicException {
        int mtu = mtu();
        String ip = note.isIpv6() ? "ip -6 " : "ip ";
        String address = note.address.getHostAddress();
        inside(ip + "addr add " + note.route() + " dev " + note.netkit() + (note.isIpv6() ? " nodad" : ""));
        inside("ip link set " + note.netkit() + " mtu " + mtu + " up");
        // Answers go out where the packets came in, and all other traffic of the container as before.
        inside(ip + "route add default dev " + note.netkit() + " table " + note.routes());
        inside(ip + "rule add from " + address + " lookup " + note.routes());
        host("ip link set " + note.hostEnd() + " mtu " + mtu + " up");
        host(ip + "route add " + note.route() + " dev " + note.hostEnd());
    }

    private int mtu() throws NicException {
        try {
            NetworkInterface nic = NetworkInterface.getByName(note.interfaceName);
            return nic == null ? 1500 : nic.getMTU();
        } catch (IOException e) {
            throw new NicException("The MTU of " + note.interfaceName + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void forwarding() throws IOException {
        String forwarding = note.isIpv6() ? FORWARDING_6 : FORWARDING_4;
        String now = Files.readString(sysctl(forwarding)).strip();
        if (now.equals("0")) {
            note.before.put(forwarding, now);
            add("sysctl -w " + forwarding + "=1", () -> Files.writeString(sysctl(forwarding), "1"));
        }
    }

    /** The file of a sysctl. */
    static Path sysctl(String name) {
        return Path.of("/proc/sys", name.split("\\."));
    }

    private void rules() throws NicException {
        RuleTable table = session.rules();
        boolean spread = note.queues.size() > 1 && !session.nic().hashTable().isEmpty();
        if (spread) {
            add(this::contextCommand, () -> {
                note.context = table.createContext(note.queues);
                note.write();
            });
        }
        for (FlowRule flow : note.flows()) {
            add(
                    () -> "ethtool -N " + note.interfaceName + " "
                            + (spread && note.context == 0
                                    ? flow.toString().replaceFirst("action 0$", "context CONTEXT")
                                    : onto(flow)),
                    () -> table.insert(onto(flow)));
        }
    }

    /** Returns the rule for a flow. Where the NIC has no contexts, all packets go to the first queue. */
    private FlowRule onto(FlowRule flow) {
        return note.context == 0 ? flow.onto(note.queues.get(0), 0) : flow.onto(0, note.context);
    }

    private String contextCommand() {
        List<String> weights = new ArrayList<>(Collections.nCopies(Collections.max(note.queues) + 1, "0"));
        note.queues.forEach(queue -> weights.set(queue, "1"));
        return "ethtool -X " + note.interfaceName + " context new weight " + String.join(" ", weights);
    }

    private void host(String command) {
        run(HostCommand.of(command.split(" ")));
    }

    private void inside(String command) {
        run(note.namespace.command(List.of(command.split(" "))));
    }

    private void run(HostCommand command) {
        add(command.toString(), command::run);
    }

    private void add(String command, Action action) {
        add(() -> command, action);
    }

    private void add(Supplier<String> command, Action action) {
        steps.add(new Step(command, action));
    }
}
