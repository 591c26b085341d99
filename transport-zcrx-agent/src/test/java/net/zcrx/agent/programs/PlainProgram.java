// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

/** Has no Netty. */
public final class PlainProgram {
    private PlainProgram() {}

    public static void main(String[] arguments) {
        System.out.println(Bytes.SAME);
    }
}
