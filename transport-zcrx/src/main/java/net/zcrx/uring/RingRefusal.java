// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A refusal of io_uring, by the kernel or by a filter before it.
 *
 * @param what a system call, or "operation N of io_uring"
 * @param errno positive
 */
public record RingRefusal(String what, int errno) {

    private static final String SECCOMP_FILTER = "2";

    /** Returns the refusal of a ring for which more memory would be locked than may be. */
    public static RingRefusal ofMemory() {
        return new RingRefusal("io_uring_setup", Errno.ENOMEM);
    }

    /** Returns a sentence that says why, and what to do. */
    public String sentence() {
        // Not by Errno.describe: where no descriptor is left, a class that is not loaded yet cannot be (see ProbeRing).
        String refused = what + " is refused to this process (errno " + errno + "): ";
        if (errno == Errno.ENOMEM) {
            return refused + "an event loop's ring counts as locked memory of its user, of whom all processes together"
                    + " may lock " + lockLimit() + ". Raise that limit (ulimit -l, in systemd LimitMEMLOCK, in docker"
                    + " --ulimit memlock), or end other processes of this user that use io_uring.";
        }
        if (errno == Errno.EMFILE || errno == Errno.ENFILE) {
            return refused + "no file descriptor is left. Raise the limit (ulimit -n).";
        }
        String disabled = read(Path.of("/proc/sys/kernel/io_uring_disabled"));
        if (errno == Errno.EPERM && what.equals("io_uring_setup") && (disabled.equals("1") || disabled.equals("2"))) {
            return refused + "the sysctl kernel.io_uring_disabled is " + disabled
                    + (disabled.equals("1")
                            ? ". Give this process the group of the sysctl kernel.io_uring_group, or set, on the host:"
                            : ". Set, on the host:")
                    + " sysctl kernel.io_uring_disabled=0";
        }
        if (isFiltered()) {
            return refused + "a seccomp filter stands before the kernel, as in containers"
                    + (disabled.equals("0") ? " (it is not kernel.io_uring_disabled, which is 0)" : "")
                    + ". Allow io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile.";
        }
        String kernel = System.getProperty("os.version");
        if (errno == Errno.ENOSYS || errno == Errno.EINVAL) {
            return refused + "kernel " + kernel
                    + " does not have it. Use Linux 6.1 or later with CONFIG_IO_URING, or a sandbox that lets io_uring"
                    + " through.";
        }
        return refused + "kernel " + kernel + " has it, so something like SELinux, AppArmor or a sandbox forbids it."
                + " Allow io_uring to this process there.";
    }

    private static String lockLimit() {
        long limit = Native.memoryLockLimit();
        return limit == Long.MAX_VALUE ? "any amount, so the system is out of memory" : limit + " bytes";
    }

    private static boolean isFiltered() {
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
