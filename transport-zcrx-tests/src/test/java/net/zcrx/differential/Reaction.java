// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

/** What the user's handler does in a callback, the first time that it is called. */
record Reaction(Callback callback, Op op) {
    enum Callback {
        HANDLER_ADDED,
        REGISTERED,
        ACTIVE,
        READ,
        READ_COMPLETE,
        USER_EVENT,
        WRITABILITY,
        EXCEPTION,
        INACTIVE,
        UNREGISTERED,
        HANDLER_REMOVED,
        /** The listener of a write's promise. */
        WRITTEN,
        /** The listener of close()'s promise. */
        CLOSED,
        /** The listener of connect()'s promise. */
        CONNECTED,
        /** The listener of deregister()'s promise. */
        DEREGISTERED
    }

    @Override
    public String toString() {
        return "in " + callback + ": " + op;
    }
}
