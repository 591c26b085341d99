// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.versions;

import net.zcrx.Zcrx;

/** An application that asks before it uses the transport, and then uses the most of it. Run on any version of Netty. */
public final class VersionProgram {
    static final String REFUSED = "refused: ";
    static final String WORKS = "works";

    private VersionProgram() {}

    /** @param arguments files with a key and its certificate */
    public static void main(String[] arguments) throws Exception {
        Throwable cause = Zcrx.unavailabilityCause();
        if (cause != null) {
            System.out.println(REFUSED + cause.getMessage());
            return;
        }
        // Another class, as this one must load on a Netty that is refused.
        VersionExchange.run(arguments[0], arguments[1]);
        System.out.println(WORKS);
    }
}
