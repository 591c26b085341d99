// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

/**
 * The answer of the client when it has carried out an order. Fields that belong to other orders are 0.
 *
 * @param failure a sentence; {@code null} if it went well
 * @param mismatches bytes of a compared transfer that were not as they were sent
 * @param cpuCores processors that the load took
 * @param retransmits segments that were sent again, by all of the client's machine
 */
record Answer(String failure, long mismatches, double cpuCores, long retransmits) {
    static Answer done() {
        return new Answer(null, 0, 0, 0);
    }

    static Answer failed(String sentence) {
        return new Answer(sentence, 0, 0, 0);
    }

    static Answer compared(long mismatches) {
        return new Answer(null, mismatches, 0, 0);
    }

    static Answer loaded(double cpuCores, long retransmits) {
        return new Answer(null, 0, cpuCores, retransmits);
    }
}
