// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

/**
 * A rule in a NIC's table.
 *
 * @param location its number in the table
 * @param queue where it sends packets; -1 if it drops them; 0 or more is added to the queue that the RSS context
 *     chooses
 * @param context the RSS context that spreads its packets, 0 for none
 * @param flow the packets that it matches, or {@code null} if it is not of the kind that this transport installs
 */
public record NicRule(int location, int queue, int context, FlowRule flow) {
    /** The {@code queue} of a rule that drops packets. */
    public static final int DROP = -1;

    @Override
    public String toString() {
        return "rule " + location + " (" + (flow == null ? "of another kind" : flow) + ")";
    }
}
