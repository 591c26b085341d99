// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

/** Comes to the class that could splice when its channels have done their work. */
public final class LateSpliceProgram {
    private LateSpliceProgram() {}

    public static void main(String[] arguments) throws Exception {
        NettyProgram.main(arguments);
        Class.forName("net.zcrx.agent.programs.SpliceProgram", false, LateSpliceProgram.class.getClassLoader());
    }
}
