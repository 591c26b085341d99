// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

/** Sentences about the limit of locked memory: who shares it, and the ways out that there are. Any thread. */
public final class LockedMemory {
    private LockedMemory() {}

    /** Returns a text such as "8388608 bytes", and names the users that share them. */
    public static String limit() {
        long limit = Native.memoryLockLimit();
        if (limit == Long.MAX_VALUE) {
            return "any amount, so the system is out of memory";
        }
        return limit + " bytes"
                + (Container.isInside() ? ", and those in other containers " + Container.onHost() + " share it" : "");
    }

    /** Returns a sentence that says how to raise the limit, or to do without. */
    public static String remedy() {
        return Container.text(
                "Raise that limit (ulimit -l, in systemd LimitMEMLOCK), or end other processes of this user that use"
                        + " io_uring.",
                "Start the container with --ulimit memlock=-1, or as another user (--user).",
                "Kubernetes cannot raise it for a pod: raise LimitMEMLOCK of the container runtime's systemd unit on"
                        + " the"
                        + " node, or run the pod as a user of its own (securityContext.runAsUser).");
    }

    /** No further event loop can be made, as the limit is reached. */
    public static final class ExhaustedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        /** @param sentence says what to do */
        public ExhaustedException(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }
}
