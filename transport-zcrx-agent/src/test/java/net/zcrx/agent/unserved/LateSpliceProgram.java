// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.unserved;

import net.zcrx.agent.programs.NettyProgram;

/** Comes to the class that could splice when its channels have done their work. */
public final class LateSpliceProgram {
    private LateSpliceProgram() {}

    public static void main(String[] arguments) throws Exception {
        NettyProgram.main(arguments);
        Class.forName("net.zcrx.agent.unserved.SpliceProgram", false, LateSpliceProgram.class.getClassLoader());
    }
}
