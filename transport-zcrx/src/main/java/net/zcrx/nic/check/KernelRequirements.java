// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.uring.Container;
import net.zcrx.uring.Native;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.RingRefusal;
import net.zcrx.uring.Uring;
import net.zcrx.uring.ZeroCopyFeatures;

/** The requirements of zero-copy receive on the kernel, asked from the kernel. */
final class KernelRequirements {
    private static final String VERSION = System.getProperty("os.version");
    /** The command of a distribution that is known to have one; elsewhere the sentence must do. */
    private static final String NEWER_KERNEL = isTrixie() && !Container.isInside()
            ? "apt install -t trixie-backports linux-image-" + flavour() + " && sudo reboot"
            : "";

    private KernelRequirements() {}

    private static boolean isTrixie() {
        try {
            return Files.readString(Path.of("/etc/os-release")).contains("VERSION_CODENAME=trixie");
        } catch (IOException e) {
            // Another system, which has another command.
            return false;
        }
    }

    /** Debian's name for the kernels of this machine, which has one for each size of a page. */
    private static String flavour() {
        if (!PlatformDependent.normalizedArch().equals("aarch_64")) {
            return "amd64";
        }
        return Native.pageSize() == 16384 ? "arm64-16k" : "arm64";
    }

    static List<Requirement> list() {
        Requirement ioUring = ioUring();
        return ioUring.prevents()
                ? List.of(ioUring)
                : List.of(
                        ioUring,
                        zeroCopyReceive(),
                        mixedCompletions(),
                        extensions().advised());
    }

    private static Requirement ioUring() {
        String name = "io_uring";
        RingRefusal refusal = ProbeRing.refusal();
        return refusal == null
                ? Requirement.ok(name, "Kernel " + VERSION + " lets this process use io_uring.")
                : Requirement.missing(name, refusal.sentence(), "");
    }

    private static Requirement zeroCopyReceive() {
        String name = "RECV_ZC";
        return ProbeRing.supports(Uring.OP_RECV_ZC)
                ? Requirement.ok(name, "The kernel can receive into memory of this process.")
                : Requirement.missing(
                        name,
                        "Kernel " + VERSION + " has no zero-copy receive: Linux 6.18 or later with"
                                + " CONFIG_IO_URING_ZCRX is needed.",
                        NEWER_KERNEL);
    }

    private static Requirement mixedCompletions() {
        String name = "CQE_MIXED";
        return ProbeRing.hasMixedCompletions()
                ? Requirement.ok(name, "A ring may have completions of two sizes, as RECV_ZC needs them.")
                : Requirement.missing(
                        name,
                        "Kernel " + VERSION + " has no rings with completions of two sizes: Linux 6.18 or later is"
                                + " needed.",
                        NEWER_KERNEL);
    }

    private static Requirement extensions() {
        String name = "extensions";
        ZeroCopyFeatures features = ZeroCopyFeatures.query();
        List<String> there = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        (features.hasFlush() ? there : missing).add("refill flush (6.19)");
        (features.hasExport() ? there : missing).add("queue export (6.19)");
        (features.hasReceiveBufferLength() ? there : missing).add("larger receive buffers (7.0)");
        (features.hasNoDevice() ? there : missing).add("no-device tests (7.1)");
        (features.hasEvents() ? there : missing).add("events (7.2)");
        (features.hasAddArea() ? there : missing).add("more areas (7.3)");
        if (missing.isEmpty()) {
            return Requirement.ok(name, "The kernel has " + String.join(", ", there) + ".");
        }
        return Requirement.missing(
                name, "The kernel lacks " + String.join(", ", missing) + "; the transport does without.", NEWER_KERNEL);
    }
}
