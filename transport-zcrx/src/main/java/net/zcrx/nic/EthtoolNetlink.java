// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import net.zcrx.uring.Errno;

/**
 * The settings of NICs that the kernel's ethtool netlink family reads and changes. Numbers are those of the kernel's
 * {@code include/uapi/linux/ethtool_netlink.h} and {@code ethtool_netlink_generated.h}; its {@code
 * Documentation/networking/ethtool-netlink.rst} explains them.
 */
public final class EthtoolNetlink {
    private static final int FEATURES_GET = 11;
    private static final int FEATURES_SET = 12;
    private static final int RINGS_GET = 15;
    private static final int RINGS_SET = 16;
    private static final int CHANNELS_GET = 17;

    /** The first attribute of every message: a nest that names the interface. */
    private static final int HEADER = 1;

    private static final int HEADER_DEV_NAME = 2;
    private static final int HEADER_FLAGS = 3;
    private static final int FLAG_OMIT_REPLY = 2;

    private static final int RINGS_RX = 6;
    private static final int RINGS_TCP_DATA_SPLIT = 11;
    private static final int RINGS_HDS_THRESH = 17;
    private static final int SPLIT_AUTO = 0;
    private static final int SPLIT_OFF = 1;
    private static final int SPLIT_ON = 2;

    private static final int CHANNELS_RX_COUNT = 6;
    private static final int CHANNELS_COMBINED_COUNT = 9;

    private static final int FEATURES_WANTED = 3;
    private static final int FEATURES_ACTIVE = 4;
    private static final int BITSET_BITS = 3;
    private static final int BITS_BIT = 1;
    private static final int BIT_NAME = 2;
    private static final int BIT_VALUE = 3;
    private static final String NTUPLE = "rx-ntuple-filter";

    private final GenericNetlink netlink;
    private final int family;
    private final String interfaceName;

    public EthtoolNetlink(GenericNetlink netlink, String interfaceName) throws NicException {
        this.netlink = netlink;
        this.interfaceName = interfaceName;
        family = netlink.family("ethtool");
    }

    /** The settings of the receive rings, which all queues share. */
    record Rings(HeaderSplit split, OptionalInt threshold, OptionalInt entries) {}

    Rings rings() throws NicException {
        Optional<NetlinkAttributes> answer = get(RINGS_GET);
        if (answer.isEmpty()) {
            return new Rings(HeaderSplit.UNSUPPORTED, OptionalInt.empty(), OptionalInt.empty());
        }
        NetlinkAttributes rings = answer.get();
        OptionalInt threshold = rings.number(RINGS_HDS_THRESH);
        return new Rings(split(rings, threshold), threshold, rings.number(RINGS_RX));
    }

    /** The kernel leaves "auto" out, so only the threshold tells that the driver can split at all. */
    private static HeaderSplit split(NetlinkAttributes rings, OptionalInt threshold) {
        return switch (rings.number(RINGS_TCP_DATA_SPLIT).orElse(SPLIT_AUTO)) {
            case SPLIT_ON -> HeaderSplit.ON;
            case SPLIT_OFF -> HeaderSplit.OFF;
            default -> threshold.isPresent() ? HeaderSplit.AUTO : HeaderSplit.UNSUPPORTED;
        };
    }

    void setHeaderSplit(HeaderSplit split) throws NicException {
        int value = split == HeaderSplit.ON ? SPLIT_ON : split == HeaderSplit.OFF ? SPLIT_OFF : SPLIT_AUTO;
        set(RINGS_SET, out -> out.u8(RINGS_TCP_DATA_SPLIT, value));
    }

    void setThreshold(int bytes) throws NicException {
        set(RINGS_SET, out -> out.u32(RINGS_HDS_THRESH, bytes));
    }

    /** How many receive queues are in use; empty if the driver does not say. */
    OptionalInt receiveQueues() throws NicException {
        Optional<NetlinkAttributes> channels = get(CHANNELS_GET);
        return channels.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(channels.get().number(CHANNELS_COMBINED_COUNT).orElse(0)
                        + channels.get().number(CHANNELS_RX_COUNT).orElse(0));
    }

    /** Whether the driver takes rules now ({@code rx-ntuple-filter}). */
    boolean ntuple() throws NicException {
        Optional<NetlinkAttributes> features = get(FEATURES_GET);
        if (features.isEmpty()) {
            return false;
        }
        NetlinkAttributes active = features.get().nested(FEATURES_ACTIVE).nested(BITSET_BITS);
        // The kernel lists the bits that are set.
        return active.allNested(BITS_BIT).stream()
                .anyMatch(bit -> bit.string(BIT_NAME).orElse("").equals(NTUPLE));
    }

    /** @throws NicException if the driver did not do it, also where the kernel reports no error */
    void setNtuple(boolean on) throws NicException {
        set(FEATURES_SET, out -> {
            int wanted = out.begin(FEATURES_WANTED);
            int bits = out.begin(BITSET_BITS);
            int bit = out.begin(BITS_BIT);
            out.string(BIT_NAME, NTUPLE);
            if (on) {
                out.flag(BIT_VALUE);
            }
            out.end(bit).end(bits).end(wanted);
        });
        if (ntuple() != on) {
            throw new NicException(
                    "The driver of " + interfaceName + " did not switch " + (on ? "on" : "off") + " ntuple rules.");
        }
    }

    /** The interfaces of this network namespace whose drivers report rings; those that can split headers come first. */
    static List<String> candidates(GenericNetlink netlink) throws NicException {
        List<String> splitting = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (NetlinkAttributes rings :
                netlink.dump(netlink.family("ethtool"), RINGS_GET, out -> out.end(out.begin(HEADER)))) {
            String name = rings.nested(HEADER).string(HEADER_DEV_NAME).orElse("");
            boolean splits = split(rings, rings.number(RINGS_HDS_THRESH)) != HeaderSplit.UNSUPPORTED;
            (splits ? splitting : others).add(name);
        }
        splitting.addAll(others);
        return splitting;
    }

    private Optional<NetlinkAttributes> get(int command) throws NicException {
        try {
            List<NetlinkAttributes> answers = netlink.request(family, command, this::putHeader);
            return answers.stream().findFirst();
        } catch (NicException e) {
            if (e.errno() == Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void set(int command, Consumer<NetlinkWriter> attributes) throws NicException {
        netlink.request(family, command, out -> {
            putHeader(out);
            attributes.accept(out);
        });
    }

    private void putHeader(NetlinkWriter out) {
        int header = out.begin(HEADER);
        out.string(HEADER_DEV_NAME, interfaceName).u32(HEADER_FLAGS, FLAG_OMIT_REPLY);
        out.end(header);
    }
}
