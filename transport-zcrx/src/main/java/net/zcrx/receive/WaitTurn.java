// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

/** When it is the turn of a connection that waits for memory; those of one turn go in the order in which they came. */
public enum WaitTurn {
    /** Of one that takes little. A long flow may take all that there is, and a short message wait for each of them. */
    FIRST,
    /** Of one that got nothing in this pass. Behind those that did, it would see them take all of it again, and again. */
    NEXT,
    /** Of the others. */
    LAST;

    /** What is little, in bytes. */
    private static final int LITTLE = 32 * 1024;

    /**
     * The turn of a connection.
     *
     * @param bytes that it got in this pass
     * @param mean of the passes before in which it got any
     */
    public static WaitTurn of(int bytes, int mean) {
        if (mean < LITTLE) {
            return FIRST;
        }
        return bytes == 0 ? NEXT : LAST;
    }
}
