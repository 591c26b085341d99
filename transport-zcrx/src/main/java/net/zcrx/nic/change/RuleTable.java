// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.util.List;
import java.util.Optional;
import net.zcrx.nic.EthtoolIoctl;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.GenericNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;

/** A NIC's table of rules and its RSS contexts; nothing is known here of whose they are. */
final class RuleTable {
    private final NicSnapshot nic;
    private final EthtoolIoctl ioctl;

    RuleTable(GenericNetlink netlink, NicSnapshot nic) throws NicException {
        this.nic = nic;
        ioctl = new EthtoolIoctl(netlink.fd(), nic.interfaceName());
    }

    List<NicRule> rules() throws NicException {
        return ioctl.rules().orElse(List.of());
    }

    Optional<NicRule> find(FlowRule rule) throws NicException {
        return rules().stream().filter(there -> rule.equals(there.flow())).findFirst();
    }

    void insert(FlowRule rule) throws NicException {
        try {
            ioctl.insertRule(rule);
        } catch (NicException e) {
            throw Refusals.refusedRule(nic, rule, e);
        }
    }

    /** Deletes those of these rules that are there. */
    void delete(List<FlowRule> rules) throws NicException {
        for (FlowRule rule : rules) {
            Optional<NicRule> there = find(rule);
            if (there.isPresent()) {
                ioctl.deleteRule(there.get().location());
            }
        }
    }

    /** The sentence for a rule that has other plans for the same packets. */
    NicException inTheWay(NicRule rule) {
        return new NicException("Rule " + rule.location() + " of " + nic.interfaceName() + " is in the way ("
                + rule.flow() + "). Delete it with: ethtool -N " + nic.interfaceName() + " delete " + rule.location());
    }

    /** An RSS context over these queues, or 0 if this NIC has none. */
    int createContext(List<Integer> queues) throws NicException {
        int[] table = new int[nic.hashTable().size()];
        for (int i = 0; i < table.length; i++) {
            table[i] = queues.get(i % queues.size());
        }
        try {
            return table.length == 0 ? 0 : ioctl.createContext(table);
        } catch (NicException e) {
            if (e.errno() == Errno.EOPNOTSUPP) {
                return 0;
            }
            throw Refusals.refusedChange(nic.interfaceName(), e);
        }
    }

    void deleteContext(int context) throws NicException {
        try {
            if (context != 0) {
                ioctl.deleteContext(context);
            }
        } catch (NicException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
