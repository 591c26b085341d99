// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A rule of a NIC: TCP to this port, and to this address unless it is {@code null}, goes to a queue or, if
 * {@code context} is not 0, is spread by that RSS context. Its text is what {@code ethtool -N} takes.
 */
public record FlowRule(boolean ipv6, InetAddress address, int port, int queue, int context) {
    private static final int FIELDS = 8;

    /** Whether both rules match the same packets, wherever they send them. */
    public boolean matchesSame(FlowRule other) {
        return onto(0, 0).equals(other.onto(0, 0));
    }

    /** Returns a rule for the same packets that sends them to this queue and context. */
    public FlowRule onto(int newQueue, int newContext) {
        return new FlowRule(ipv6, address, port, newQueue, newContext);
    }

    @Override
    public String toString() {
        return "flow-type " + (ipv6 ? "tcp6" : "tcp4")
                + (address == null ? "" : " dst-ip " + address.getHostAddress())
                + " dst-port " + port
                + (context == 0 ? " action " + queue : " context " + context);
    }

    /** @throws IllegalArgumentException if the text is not from {@link #toString()} */
    public static FlowRule parse(String text) {
        String[] words = text.split(" ");
        if (words.length % 2 != 0 || words.length > FIELDS) {
            throw new IllegalArgumentException("Not a rule: " + text);
        }
        boolean known = false;
        boolean ipv6 = false;
        InetAddress address = null;
        int port = 0;
        int queue = 0;
        int context = 0;
        for (int i = 0; i < words.length; i += 2) {
            String value = words[i + 1];
            switch (words[i]) {
                case "flow-type" -> {
                    ipv6 = value.equals("tcp6");
                    known = ipv6 || value.equals("tcp4");
                }
                case "dst-ip" -> address = literal(value);
                case "dst-port" -> port = Integer.parseInt(value);
                case "action" -> queue = Integer.parseInt(value);
                case "context" -> context = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("Not a rule: " + text);
            }
        }
        if (!known || port == 0) {
            throw new IllegalArgumentException("Not a rule: " + text);
        }
        return new FlowRule(ipv6, address, port, queue, context);
    }

    private static InetAddress literal(String address) {
        try {
            // Only letters of numbers, so that no name is ever looked up.
            if (address.matches("[0-9a-fA-F:.]+")) {
                return InetAddress.getByName(address);
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("Not an address: " + address, e);
        }
        throw new IllegalArgumentException("Not an address: " + address);
    }
}
