// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * The requests for which there is no netlink message, or only in newer kernels: the driver's name, the table of rules
 * and the spreading by hash (RSS), by {@code SIOCETHTOOL}.
 *
 * <p>Layouts are those of the kernel's {@code include/uapi/linux/if.h} and {@code ethtool.h}; {@code nic_abi.h} of the
 * native library asserts them. A row is 16 bytes. {@link FlowRuleCodec} has that of a rule.
 *
 * <pre>
 *      struct ifreq                            argument of the ioctls
 *      +---------------+---------------+---------------+---------------+
 *   0  | ifr_name                                                      |
 *  16  | ifr_ifindex, or ifr_data: an address             (to byte 40) |
 *      +---------------+---------------+---------------+---------------+
 *      struct ethtool_drvinfo                  at ifr_data
 *      +---------------+---------------+---------------+---------------+
 *   0  | cmd           | driver: 32 bytes, ends with a zero            |
 *      | more strings and numbers                        (to byte 196) |
 *      +---------------+---------------+---------------+---------------+
 *      struct ethtool_rxfh                     at ifr_data
 *      +---------------+---------------+---------------+---------------+
 *   0  | cmd           | rss_context   | indir_size    | key_size      |
 *  16  |hfu|xfr| reserved              | rss_config: the table of indir_size numbers, then the key
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 */
public final class EthtoolIoctl {
    private static final long SIOCGIFINDEX = 0x8933;
    private static final long SIOCETHTOOL = 0x8946;

    private static final int IFR_NAME = 0;
    private static final int IFR_IFINDEX = 16;
    private static final int IFR_DATA = 16;
    private static final int IFREQ_BYTES = 40;
    private static final int MAX_NAME_BYTES = 15;

    private static final int GET_DRIVER = 0x03;
    private static final int GET_RULE_COUNT = 0x2e;
    private static final int GET_RULE = 0x2f;
    private static final int GET_RULES = 0x30;
    private static final int DELETE_RULE = 0x31;
    private static final int INSERT_RULE = 0x32;
    private static final int GET_HASHING = 0x46;
    private static final int SET_HASHING = 0x47;

    /** Every structure of ethtool begins with its command. */
    private static final int CMD = 0;

    private static final int DRVINFO_DRIVER = 4;
    private static final int DRVINFO_DRIVER_BYTES = 32;
    private static final int DRVINFO_BYTES = 196;

    private static final int LOCATION_ANY = -1;
    private static final int LOCATION_SPECIAL = 0x80000000;

    private static final int RXFH_RSS_CONTEXT = 4;
    private static final int RXFH_INDIR_SIZE = 8;
    private static final int RXFH_INPUT_XFRM = 17;
    private static final int RXFH_RSS_CONFIG = 24;
    private static final int RXFH_BYTES = 24;
    private static final byte NO_CHANGE = -1;
    private static final int NEW_CONTEXT = -1;

    private final int socket;
    private final String interfaceName;
    private final byte[] nameBytes;

    /** @param socket any socket of the interface's network namespace; stays the caller's */
    public EthtoolIoctl(int socket, String interfaceName) throws NicException {
        this.socket = socket;
        this.interfaceName = interfaceName;
        nameBytes = interfaceName.getBytes(StandardCharsets.UTF_8);
        if (nameBytes.length == 0 || nameBytes.length > MAX_NAME_BYTES) {
            throw new NicException(
                    "\"" + interfaceName + "\" is no name of a network interface: such a name has 1 to "
                            + MAX_NAME_BYTES + " bytes.",
                    Errno.ENODEV);
        }
    }

    int interfaceIndex() throws NicException {
        return withMemory(IFREQ_BYTES, request -> {
            request.put(IFR_NAME, nameBytes);
            check("SIOCGIFINDEX", Native.ioctl(socket, SIOCGIFINDEX, Buffer.memoryAddress(request)));
            return request.getInt(IFR_IFINDEX);
        });
    }

    Optional<String> driver() throws NicException {
        return withMemory(DRVINFO_BYTES, data -> {
            data.putInt(CMD, GET_DRIVER);
            if (call(data) < 0) {
                return Optional.empty();
            }
            byte[] name = new byte[DRVINFO_DRIVER_BYTES];
            data.get(DRVINFO_DRIVER, name);
            String driver = new String(name, StandardCharsets.UTF_8);
            return Optional.of(driver.substring(0, driver.indexOf('\0')));
        });
    }

    /** The rules; empty if this NIC has no table of rules. */
    public Optional<List<NicRule>> rules() throws NicException {
        RuleTable table = ruleTable();
        if (table == null) {
            return Optional.empty();
        }
        List<NicRule> rules = new ArrayList<>();
        for (int location : locations(table.count)) {
            NicRule rule = rule(location);
            if (rule != null) {
                rules.add(rule);
            }
        }
        return Optional.of(rules);
    }

    /** Adds a rule at a free place; returns its location. */
    public int insertRule(FlowRule rule) throws NicException {
        RuleTable table = ruleTable();
        int location = table == null || table.choosesLocation ? LOCATION_ANY : freeLocation(table);
        return withMemory(FlowRuleCodec.BYTES, data -> {
            FlowRuleCodec.put(data, rule);
            data.putInt(CMD, INSERT_RULE).putInt(FlowRuleCodec.FS_LOCATION, location);
            check("ETHTOOL_SRXCLSRLINS", call(data));
            return data.getInt(FlowRuleCodec.FS_LOCATION);
        });
    }

    public void deleteRule(int location) throws NicException {
        withMemory(FlowRuleCodec.BYTES, data -> {
            data.putInt(CMD, DELETE_RULE).putInt(FlowRuleCodec.FS_LOCATION, location);
            return check("ETHTOOL_SRXCLSRLDEL", call(data));
        });
    }

    /** The queue of each hash value modulo the table's length; empty if the NIC does not spread by hash. */
    int[] hashTable(int context) throws NicException {
        int size = withMemory(RXFH_BYTES, data -> {
            data.putInt(CMD, GET_HASHING).putInt(RXFH_RSS_CONTEXT, context);
            int result = call(data);
            if (result == -Errno.EOPNOTSUPP) {
                return 0;
            }
            check("ETHTOOL_GRSSH", result);
            return data.getInt(RXFH_INDIR_SIZE);
        });
        if (size == 0) {
            return new int[0];
        }
        return withMemory(RXFH_BYTES + size * Integer.BYTES, data -> {
            data.putInt(CMD, GET_HASHING).putInt(RXFH_RSS_CONTEXT, context).putInt(RXFH_INDIR_SIZE, size);
            check("ETHTOOL_GRSSH", call(data));
            int[] table = new int[size];
            data.position(RXFH_RSS_CONFIG);
            data.asIntBuffer().get(table);
            return table;
        });
    }

    /** Sets the table that spreads packets which no rule takes; an empty one is the driver's default. */
    void setHashTable(int[] table) throws NicException {
        writeHashTable(0, table);
    }

    /** Adds an RSS context, which rules can name; returns its number. */
    public int createContext(int[] table) throws NicException {
        return writeHashTable(NEW_CONTEXT, table);
    }

    public void deleteContext(int context) throws NicException {
        writeHashTable(context, new int[0]);
    }

    private int writeHashTable(int context, int[] table) throws NicException {
        return withMemory(RXFH_BYTES + table.length * Integer.BYTES, data -> {
            data.putInt(CMD, SET_HASHING)
                    .putInt(RXFH_RSS_CONTEXT, context)
                    .putInt(RXFH_INDIR_SIZE, table.length)
                    .put(RXFH_INPUT_XFRM, NO_CHANGE)
                    .position(RXFH_RSS_CONFIG);
            data.asIntBuffer().put(table);
            check("ETHTOOL_SRSSH", call(data));
            return data.getInt(RXFH_RSS_CONTEXT);
        });
    }

    /** @param choosesLocation the driver finds a place for a rule by itself */
    private record RuleTable(int count, int size, boolean choosesLocation) {}

    private RuleTable ruleTable() throws NicException {
        return withMemory(FlowRuleCodec.BYTES, data -> {
            data.putInt(CMD, GET_RULE_COUNT);
            int result = call(data);
            if (result == -Errno.EOPNOTSUPP) {
                return null;
            }
            check("ETHTOOL_GRXCLSRLCNT", result);
            int info = (int) data.getLong(FlowRuleCodec.DATA);
            return new RuleTable(
                    data.getInt(FlowRuleCodec.RULE_CNT), info & ~LOCATION_SPECIAL, (info & LOCATION_SPECIAL) != 0);
        });
    }

    private int[] locations(int count) throws NicException {
        if (count == 0) {
            return new int[0];
        }
        return withMemory(FlowRuleCodec.BYTES + count * Integer.BYTES, data -> {
            data.putInt(CMD, GET_RULES).putInt(FlowRuleCodec.RULE_CNT, count);
            check("ETHTOOL_GRXCLSRLALL", call(data));
            int[] locations = new int[Math.min(count, data.getInt(FlowRuleCodec.RULE_CNT))];
            for (int i = 0; i < locations.length; i++) {
                locations[i] = data.getInt(FlowRuleCodec.RULE_LOCS + i * Integer.BYTES);
            }
            return locations;
        });
    }

    private NicRule rule(int location) throws NicException {
        return withMemory(FlowRuleCodec.BYTES, data -> {
            data.putInt(CMD, GET_RULE).putInt(FlowRuleCodec.FS_LOCATION, location);
            int result = call(data);
            if (result == -Errno.ENOENT) {
                return null;
            }
            check("ETHTOOL_GRXCLSRULE", result);
            return FlowRuleCodec.get(data);
        });
    }

    private int freeLocation(RuleTable table) throws NicException {
        List<Integer> used = new ArrayList<>();
        for (int location : locations(table.count)) {
            used.add(location);
        }
        for (int location = 0; location < table.size; location++) {
            if (!used.contains(location)) {
                return location;
            }
        }
        throw new NicException("all " + table.size + " places are taken", Errno.ENOSPC);
    }

    private interface Call<T> {
        T on(ByteBuffer zeroedMemory) throws NicException;
    }

    private static <T> T withMemory(int bytes, Call<T> call) throws NicException {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(bytes);
        try {
            ByteBuffer buffer = memory.buffer();
            while (buffer.hasRemaining()) {
                buffer.put((byte) 0);
            }
            return call.on(buffer.clear().order(ByteOrder.nativeOrder()));
        } finally {
            memory.clean();
        }
    }

    private int call(ByteBuffer data) throws NicException {
        return withMemory(IFREQ_BYTES, request -> {
            request.put(IFR_NAME, nameBytes).putLong(IFR_DATA, Buffer.memoryAddress(data));
            return Native.ioctl(socket, SIOCETHTOOL, Buffer.memoryAddress(request));
        });
    }

    private int check(String call, int result) throws NicException {
        if (result < 0) {
            throw new NicException(GenericNetlink.describe(call + " of " + interfaceName, -result), -result);
        }
        return result;
    }
}
