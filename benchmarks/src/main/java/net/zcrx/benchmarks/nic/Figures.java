// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.Map;

/**
 * The measured values of one case. A value that is not known, or that this transport does not have, is {@code null}.
 *
 * @param seconds that the measurement took
 * @param gbitPerSecond 10^9 bits of payload that the server received, per second
 * @param cpuPerGib seconds that the processors of loops and softirqs were busy, per GiB
 * @param serverCpuPerGib seconds of processor time of the server process, per GiB; without softirqs elsewhere
 * @param softirqCores processors that softirqs took, of those of loops and softirqs
 * @param zeroCopyShare of the received bytes, those that the kernel did not copy
 * @param copiedOutBytes that the transport copied as its memory ran short
 * @param exhaustions receives that ended as the kernel had no memory for them
 * @param drops packets that the kernel has on its books as dropped by the interface
 * @param senderCores processors that the load generator took
 * @param retransmits segments that the client's machine sent again, warm-up included
 * @param mismatches bytes that were wrong in the compared transfer before
 * @param nicCounters by how much the NIC's own counters grew; those that did not are left out
 */
record Figures(
        double seconds,
        double gbitPerSecond,
        Double cpuPerGib,
        double serverCpuPerGib,
        Double softirqCores,
        Double zeroCopyShare,
        Long copiedOutBytes,
        Long exhaustions,
        long drops,
        double senderCores,
        long retransmits,
        long mismatches,
        Map<String, Long> nicCounters) {}
