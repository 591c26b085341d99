// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import net.zcrx.uring.Container;

/**
 * One requirement of zero-copy receive, or something that makes it better.
 *
 * @param name a word or two
 * @param status whether it is met
 * @param needed whether there is no zero copy without it
 * @param text the finding and what it means, a sentence or two
 * @param command the command that fixes it, for a shell; empty if it is met or no command does
 */
public record Requirement(String name, Status status, boolean needed, String text, String command) {
    /** Whether a requirement is met. */
    public enum Status {
        /** The requirement is met. */
        OK,
        /** The requirement is not met. */
        MISSING,
        /** It is not known whether the requirement is met. */
        UNKNOWN
    }

    static Requirement ok(String name, String text) {
        return new Requirement(name, Status.OK, true, text, "");
    }

    /** @param command for root, where the NICs are: in a container it goes into the text, as it is of no use there */
    static Requirement missing(String name, String text, String command) {
        if (command.isEmpty()) {
            return new Requirement(name, Status.MISSING, true, text, "");
        }
        String asRoot = Container.asRoot(command);
        return Container.isInside()
                ? new Requirement(name, Status.MISSING, true, text + " Fix it with: " + asRoot, "")
                : new Requirement(name, Status.MISSING, true, text, asRoot);
    }

    static Requirement unknown(String name, String text) {
        return new Requirement(name, Status.UNKNOWN, true, text, "");
    }

    /** Returns the same requirement as one that is only good to have. */
    Requirement advised() {
        return new Requirement(name, status, false, text, command);
    }

    /** Whether this requirement alone rules zero copy out. */
    public boolean prevents() {
        return needed && status == Status.MISSING;
    }

    /** Returns the text and, if there is one, the command that fixes it. */
    public String sentence() {
        return command.isEmpty() ? text : text + " Fix it with: " + command;
    }
}
