// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.util.Random;

/** Something that is done over and over: a bounded round of it at a time. */
interface Scenario {
    /**
     * One round, which leaves nothing behind. What it does follows from {@code random} alone.
     *
     * @throws Exception a fault, as a sentence
     */
    void round(Random random, Tally tally) throws Exception;
}
