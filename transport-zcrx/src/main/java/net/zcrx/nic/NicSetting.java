// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import net.zcrx.uring.Container;

/** A setting of a NIC that must be changed for zero-copy receive. Values are texts, as they are noted for undoing. */
public enum NicSetting {
    SPLIT {
        @Override
        public String current(NicSnapshot nic) {
            return nic.split().name();
        }

        @Override
        public String wanted(NicSnapshot nic, Set<Integer> queues) throws NicException {
            if (nic.split() == HeaderSplit.UNSUPPORTED) {
                throw new NicException(nic.noHeaderSplit());
            }
            return HeaderSplit.ON.name();
        }

        @Override
        public void set(EthtoolNetlink netlink, EthtoolIoctl ioctl, String value) throws NicException {
            netlink.setHeaderSplit(HeaderSplit.valueOf(value));
        }

        @Override
        public String command(String interfaceName, String value) {
            return "ethtool -G " + interfaceName + " tcp-data-split " + value.toLowerCase(Locale.ROOT);
        }
    },

    THRESHOLD {
        @Override
        public String current(NicSnapshot nic) {
            return Integer.toString(nic.splitThreshold().orElse(0));
        }

        @Override
        public String wanted(NicSnapshot nic, Set<Integer> queues) {
            return "0";
        }

        @Override
        public void set(EthtoolNetlink netlink, EthtoolIoctl ioctl, String value) throws NicException {
            netlink.setThreshold(Integer.parseInt(value));
        }

        @Override
        public String command(String interfaceName, String value) {
            return "ethtool -G " + interfaceName + " hds-thresh " + value;
        }
    },

    NTUPLE {
        @Override
        public String current(NicSnapshot nic) {
            return Boolean.toString(nic.ntuple());
        }

        @Override
        public String wanted(NicSnapshot nic, Set<Integer> queues) {
            return Boolean.toString(nic.rules().isPresent());
        }

        @Override
        public void set(EthtoolNetlink netlink, EthtoolIoctl ioctl, String value) throws NicException {
            netlink.setNtuple(Boolean.parseBoolean(value));
        }

        @Override
        public String command(String interfaceName, String value) {
            return "ethtool -K " + interfaceName + " ntuple " + (Boolean.parseBoolean(value) ? "on" : "off");
        }
    },

    HASH_TABLE {
        @Override
        public String current(NicSnapshot nic) {
            List<Integer> table = nic.hashTable();
            int count = nic.receiveQueues().orElse(1);
            for (int i = 0; i < table.size(); i++) {
                if (table.get(i) != i % count) {
                    return table.stream().map(String::valueOf).collect(Collectors.joining(","));
                }
            }
            return DEFAULT;
        }

        /** Moves only the traffic that went to these queues, so that other connections stay where they are. */
        @Override
        public String wanted(NicSnapshot nic, Set<Integer> queues) throws NicException {
            List<Integer> table = nic.hashTable();
            if (table.stream().noneMatch(queues::contains)) {
                return current(nic);
            }
            List<Integer> others = table.stream()
                    .distinct()
                    .filter(queue -> !queues.contains(queue))
                    .toList();
            if (others.isEmpty()) {
                throw new NicException("No queue of " + nic.interfaceName() + " would be left for other traffic than"
                        + " that of queues " + queues + ". Leave RSS one queue, or add some with: "
                        + Container.asRoot("ethtool -L " + nic.interfaceName() + " combined N"));
            }
            StringBuilder wanted = new StringBuilder();
            int moved = 0;
            for (int queue : table) {
                int now = queues.contains(queue) ? others.get(moved++ % others.size()) : queue;
                wanted.append(wanted.isEmpty() ? "" : ",").append(now);
            }
            return wanted.toString();
        }

        @Override
        public void set(EthtoolNetlink netlink, EthtoolIoctl ioctl, String value) throws NicException {
            ioctl.setHashTable(parse(value));
        }

        @Override
        public String command(String interfaceName, String value) {
            int[] table = parse(value);
            if (table.length == 0) {
                return "ethtool -X " + interfaceName + " default";
            }
            long[] weights = new long[Arrays.stream(table).max().getAsInt() + 1];
            Arrays.stream(table).forEach(queue -> weights[queue]++);
            return "ethtool -X " + interfaceName + " weight "
                    + Arrays.stream(weights).mapToObj(String::valueOf).collect(Collectors.joining(" "));
        }

        private int[] parse(String value) {
            return value.equals(DEFAULT)
                    ? new int[0]
                    : Arrays.stream(value.split(","))
                            .mapToInt(Integer::parseInt)
                            .toArray();
        }
    };

    /** The value of RSS that means the driver's own table. */
    private static final String DEFAULT = "default";

    public abstract String current(NicSnapshot nic);

    /** Returns the value that zero-copy receive needs for these queues, which other traffic must leave alone. */
    public abstract String wanted(NicSnapshot nic, Set<Integer> queues) throws NicException;

    public abstract void set(EthtoolNetlink netlink, EthtoolIoctl ioctl, String value) throws NicException;

    /** Returns the shell command that sets this value. */
    public abstract String command(String interfaceName, String value);
}
