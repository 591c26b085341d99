// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether this process is in a container: then the user who reads the transport's sentence has no sudo there, and
 * limits, seccomp profile and kernel are set by others. Each sentence names these: the image, the pod or the node. Any
 * thread.
 */
public final class Container {
    /** The first PID namespace ({@code PROC_PID_INIT_INO} of the kernel's {@code include/linux/proc_ns.h}). */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private static final boolean INSIDE = isInside(Path.of("/proc/self/ns/pid"));
    private static final boolean POD = INSIDE && System.getenv("KUBERNETES_SERVICE_HOST") != null;

    private Container() {}

    private static boolean isInside(Path namespace) {
        try {
            return !Files.readSymbolicLink(namespace).toString().equals(FIRST_NAMESPACE);
        } catch (IOException e) {
            // A sandbox without this part of /proc: nothing is known.
            return false;
        }
    }

    /** Whether this is a container with PIDs of its own; those that share the host's are not told from the host. */
    public static boolean isInside() {
        return INSIDE;
    }

    /** Whether Kubernetes started the container. */
    public static boolean isPod() {
        return POD;
    }

    /** Returns the one of these texts that fits here. */
    public static String text(String outside, String inContainer, String inPod) {
        return POD ? inPod : INSIDE ? inContainer : outside;
    }

    /** Returns a command for root, and where to give it: here, or where the container runs. */
    public static String asRoot(String command) {
        return INSIDE ? command + " (" + onHost() + ")" : "sudo " + command;
    }

    /** Returns the words for the machine that a container runs on. */
    public static String onHost() {
        return POD ? "on the node" : "on the host";
    }
}
