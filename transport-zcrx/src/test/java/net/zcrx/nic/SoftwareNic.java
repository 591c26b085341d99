// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.ArrayList;
import java.util.List;

/** The software NIC of the virtual machine, as commands of the guest see it. */
public final class SoftwareNic {
    static final String NAME = "zcnic0";

    private SoftwareNic() {}

    /** Sets it up anew. */
    public static void up(String... options) throws Exception {
        Child.shell("nic-up " + String.join(" ", options)).orFail();
    }

    /** What a command says. */
    public static String ask(String command) throws Exception {
        return Child.shell(command).orFail();
    }

    /** What ethtool says of the rules: one text each. */
    public static List<String> rules() throws Exception {
        List<String> rules = new ArrayList<>();
        for (String part : ask("ethtool -n " + NAME).split("Filter: ")) {
            if (part.contains("Rule Type")) {
                rules.add(part);
            }
        }
        return rules;
    }

    /** Packets that arrived on a queue. */
    public static long packets(int queue) throws Exception {
        String line = ask("nic-stats rx" + queue + "_packets").trim();
        return Long.parseLong(line.substring(line.indexOf('=') + 1));
    }
}
