// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refusal of io_uring, by the kernel or by a filter before it.
 *
 * @param what a system call, or "operation N of io_uring"
 * @param errno positive
 */
public record RingRefusal(String what, int errno) {

    private static final String SECCOMP_FILTER = "2";
    private static final String CALL = "io_uring_";
    private static final String CALLS = "io_uring_setup, io_uring_enter and io_uring_register";
    /** The sysctl that only a kernel with io_uring has, from Linux 6.6 on. */
    private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
    /** The version with that sysctl, Linux 6.6, as major times 1000 plus minor. */
    private static final int TELLING = 6006;
    /** Loaded before it is needed: where no descriptor is left, no class can be (see {@link ProbeRing}). */
    private static final boolean IN_CONTAINER = Container.isInside();

    /** Returns the refusal of a ring for which more memory would be locked than may be. */
    public static RingRefusal ofMemory() {
        return new RingRefusal("io_uring_setup", Errno.ENOMEM);
    }

    /** Returns a sentence that says why, and what to do: one cause, one remedy, and in a container whose it is. */
    public String sentence() {
        // Not by Errno.describe, whose class may not be loaded yet.
        String refused = what + " is refused to this process (errno " + errno + "): ";
        if (errno == Errno.ENOMEM) {
            return refused + "an event loop's ring counts as locked memory of its user, of whom all processes together"
                    + " may lock " + LockedMemory.limit() + ". " + LockedMemory.remedy();
        }
        if (errno == Errno.EMFILE || errno == Errno.ENFILE) {
            return refused + "too few file descriptors are left. Raise the limit ("
                    + (IN_CONTAINER ? "start the container with --ulimit nofile" : "ulimit -n") + ").";
        }
        String disabled = read(DISABLED);
        if (isSwitchedOff(disabled)) {
            return refused + switchedOff(disabled);
        }
        if (isFiltered(disabled)) {
            return refused + filtered(disabled);
        }
        return refused + (errno == Errno.EPERM || errno == Errno.EACCES ? forbidden() : missing());
    }

    private boolean isSwitchedOff(String disabled) {
        return errno == Errno.EPERM && what.equals("io_uring_setup") && (disabled.equals("1") || disabled.equals("2"));
    }

    private static String switchedOff(String disabled) {
        return "the sysctl kernel.io_uring_disabled is " + disabled
                + (disabled.equals("1")
                        ? ". Give this process the group of the sysctl kernel.io_uring_group"
                                + Container.text("", " (--group-add)", " (securityContext.supplementalGroups)")
                                + ", or set, "
                        : ". Set, ")
                + Container.onHost() + ": sysctl kernel.io_uring_disabled=0";
    }

    /** An operation is no call, and no filter sees it. */
    private boolean isFiltered(String disabled) {
        boolean kernelLacksIt = errno == Errno.ENOSYS && disabled.isEmpty() && kernelWouldTell();
        return what.startsWith(CALL) && !kernelLacksIt && hasFilter();
    }

    private static String filtered(String disabled) {
        return Container.text(
                        "a seccomp filter stands before the kernel, as in containers",
                        "the seccomp profile of the container forbids it",
                        "the seccomp profile of the pod forbids it")
                + (disabled.equals("0") ? " (it is not kernel.io_uring_disabled, which is 0)" : "")
                + Container.text(
                        ". Allow " + CALLS + " in the seccomp profile.",
                        ". Start the container with a seccomp profile that allows " + CALLS
                                + " (--security-opt seccomp=FILE); docs/containers.md of zcrx tells how to make one.",
                        ". Give the pod a seccomp profile that allows " + CALLS
                                + " (securityContext.seccompProfile); docs/containers.md of zcrx tells how to make"
                                + " one.");
    }

    private static String missing() {
        return "kernel " + System.getProperty("os.version")
                + Container.text(
                        " does not have it. Use Linux 6.1 or later with CONFIG_IO_URING, or a sandbox that lets"
                                + " io_uring through.",
                        " does not have it. The host must have Linux 6.1 or later with CONFIG_IO_URING; a sandbox such"
                                + " as gVisor has no io_uring.",
                        " does not have it. The node must have Linux 6.1 or later with CONFIG_IO_URING; a runtime class"
                                + " such as gVisor has no io_uring.");
    }

    private static String forbidden() {
        return "kernel " + System.getProperty("os.version")
                + " has it, so something like SELinux, AppArmor or a sandbox forbids it. Allow io_uring to this process"
                + " there" + (IN_CONTAINER ? ", " + Container.onHost() + "." : ".");
    }

    /** Whether a kernel of this version has the sysctl if it has io_uring. */
    private static boolean kernelWouldTell() {
        Matcher version = VERSION.matcher(System.getProperty("os.version"));
        return version.lookingAt()
                && Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2)) >= TELLING;
    }

    private static boolean hasFilter() {
        return read(Path.of("/proc/thread-self/status"))
                .lines()
                .anyMatch(line -> line.startsWith("Seccomp:") && line.endsWith(SECCOMP_FILTER));
    }

    /** Returns the file's text; empty if there is no such file, as in sandboxes and on older kernels. */
    private static String read(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            return "";
        }
    }
}
