// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

/**
 * One thing that zero-copy receive needs, or is better with.
 *
 * @param name a word or two
 * @param status whether it is there
 * @param needed whether there is no zero copy without it
 * @param text what is the case and what it means, a sentence or two
 * @param command what fixes it, for a shell; empty if it is there or no command does
 */
public record Requirement(String name, Status status, boolean needed, String text, String command) {
    /** Whether a requirement is met. */
    public enum Status {
        /** The requirement is met. */
        OK,
        /** The requirement is not met. */
        MISSING,
        /** Nobody can tell whether it is met, or this process cannot. */
        UNKNOWN
    }

    static Requirement ok(String name, String text) {
        return new Requirement(name, Status.OK, true, text, "");
    }

    static Requirement missing(String name, String text, String command) {
        return new Requirement(name, Status.MISSING, true, text, command);
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
