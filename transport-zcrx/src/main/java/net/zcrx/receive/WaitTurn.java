// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

/**
 * The turn of a connection that waits for memory. Within a turn, connections go in the order in which they began to
 * wait.
 */
public enum WaitTurn {
    /** Connections with little traffic: otherwise a short message would wait for every long flow before it. */
    FIRST,
    /** Long flows that got no memory in this pass: behind the others they would starve. */
    NEXT,
    /** Long flows that got some memory. */
    LAST;

    /** Bytes up to which traffic counts as little. */
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
