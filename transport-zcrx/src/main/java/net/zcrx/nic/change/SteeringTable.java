// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.GenericNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSnapshot;

/**
 * A NIC's table of rules, and the records that say which of them this transport has installed. Used only while the
 * {@link StateDirectory} is locked.
 */
final class SteeringTable implements AutoCloseable {
    private final StateDirectory directory;
    private final GenericNetlink netlink;
    private final NicSnapshot nic;
    private final RuleTable table;
    private final List<SteeringRecord> records;

    private SteeringTable(StateDirectory directory, GenericNetlink netlink, String interfaceName)
            throws NicException, IOException {
        this.directory = directory;
        this.netlink = netlink;
        nic = NicInspector.inspect(netlink, interfaceName);
        table = new RuleTable(netlink, nic);
        records = SteeringRecord.readAll(directory, interfaceName);
    }

    static SteeringTable open(StateDirectory directory, String interfaceName) throws NicException, IOException {
        GenericNetlink netlink = NicInspector.open();
        try {
            return new SteeringTable(directory, netlink, interfaceName);
        } catch (IOException e) {
            netlink.close();
            throw e;
        }
    }

    NicSnapshot nic() {
        return nic;
    }

    /** Removes the rules of processes that have ended; returns them. */
    List<FlowRule> removeStale() throws NicException, IOException {
        List<FlowRule> removed = new ArrayList<>();
        for (SteeringRecord record : List.copyOf(records)) {
            if (record.owner().isGone()) {
                removed.addAll(remove(record));
            }
        }
        return removed;
    }

    /** Removes the rules of a record that no other record claims, and then the record; returns them. */
    List<FlowRule> remove(SteeringRecord record) throws NicException, IOException {
        List<SteeringRecord> others = new ArrayList<>(records);
        others.removeIf(other -> other.file().equals(record.file()));
        List<FlowRule> unclaimed = record.rules().stream()
                .filter(rule -> others.stream().noneMatch(other -> other.claims(rule)))
                .toList();
        table.delete(unclaimed);
        // A context has the rules of one record and of those that share them.
        for (int context :
                unclaimed.stream().mapToInt(FlowRule::context).distinct().toArray()) {
            table.deleteContext(context);
        }
        record.delete();
        records.remove(record);
        return unclaimed;
    }

    /** Installs rules for these flows, whose queues are not looked at; all of them or none. */
    SteeringRecord add(List<FlowRule> flows, List<Integer> queues) throws NicException, IOException {
        List<FlowRule> wanted = withoutForeign(flows, queues);
        Optional<SteeringRecord> other = records.stream()
                .filter(record ->
                        record.rules().stream().anyMatch(rule -> wanted.stream().anyMatch(rule::matchesSame)))
                .findFirst();
        if (other.isPresent()) {
            return share(other.get(), wanted, queues);
        }
        int context = queues.size() > 1 ? table.createContext(queues) : 0;
        int queue = context == 0 ? queues.get(0) : 0;
        try {
            return install(
                    queues,
                    wanted.stream().map(flow -> flow.onto(queue, context)).toList());
        } catch (IOException e) {
            table.deleteContext(context);
            throw e;
        }
    }

    /** Several listeners may have one port: the last one takes the rules with it. */
    private SteeringRecord share(SteeringRecord other, List<FlowRule> flows, List<Integer> queues)
            throws NicException, IOException {
        boolean sameFlows =
                flows.stream().allMatch(flow -> other.rules().stream().anyMatch(flow::matchesSame));
        if (!sameFlows || !other.queues().equals(queues)) {
            throw new NicException("Port " + flows.get(0).port() + " of " + nic.interfaceName()
                    + " is steered to queues " + other.queues() + " for process "
                    + other.owner().pid() + " and cannot be steered to " + queues
                    + " as well. Use the same address and queues, or another port.");
        }
        return install(queues, other.rules());
    }

    /** The flows that no rule of an operator already steers as it is wanted here. */
    private List<FlowRule> withoutForeign(List<FlowRule> flows, List<Integer> queues) throws NicException {
        List<FlowRule> wanted = new ArrayList<>(flows);
        for (NicRule rule : table.rules()) {
            FlowRule flow = rule.flow();
            if (flow == null
                    || flows.stream().noneMatch(flow::matchesSame)
                    || records.stream().anyMatch(record -> record.claims(flow))) {
                continue;
            }
            if (queues.size() > 1 || !flow.equals(flow.onto(queues.get(0), 0))) {
                throw table.inTheWay(rule);
            }
            wanted.removeIf(flow::matchesSame);
        }
        return wanted;
    }

    private SteeringRecord install(List<Integer> queues, List<FlowRule> rules) throws NicException, IOException {
        SteeringRecord record = SteeringRecord.write(directory, nic.interfaceName(), queues, rules);
        List<FlowRule> inserted = new ArrayList<>();
        try {
            for (FlowRule rule : rules) {
                if (table.find(rule).isEmpty()) {
                    table.insert(rule);
                    inserted.add(rule);
                }
            }
        } catch (NicException e) {
            table.delete(inserted);
            record.delete();
            throw e;
        }
        records.add(record);
        return record;
    }

    @Override
    public void close() {
        netlink.close();
    }
}
