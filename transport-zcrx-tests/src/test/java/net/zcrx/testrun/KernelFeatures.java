// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.zcrx.Zcrx;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.Uring;
import net.zcrx.uring.ZeroCopyFeatures;

/**
 * Prints what the transport, and Netty below it, find in this kernel: a line for each feature, {@code feature NAME=yes}
 * or {@code no}. The run in the virtual machine compares them with docs/kernels.md.
 */
public final class KernelFeatures {
    private static final int CAP_SYS_ADMIN = 21;

    private KernelFeatures() {}

    public static void main(String[] arguments) {
        features().forEach((name, there) -> System.out.println("feature " + name + '=' + (there ? "yes" : "no")));
    }

    private static Map<String, Boolean> features() {
        Map<String, Boolean> features = new LinkedHashMap<>();
        features.put("the transport is available", Zcrx.isAvailable());
        features.put("provided buffer rings", IoUring.isRegisterBufferRingSupported());
        features.put("multishot receive", IoUring.isRecvMultishotEnabled());
        features.put("multishot accept", IoUring.isAcceptMultishotEnabled());
        features.put("multishot poll", IoUring.isPollAddMultishotEnabled());
        features.put("incremental buffers", IoUring.isRegisterBufferRingIncSupported());
        features.put("bundles", netty("IORING_RECVSEND_BUNDLE_SUPPORTED"));
        features.put("waiting without I/O wait", hasNoIoWait());
        features.put("splice", IoUring.isSpliceSupported());
        features.put("SEND_ZC", ProbeRing.supports(Uring.OP_SEND_ZC));
        features.put("SENDMSG_ZC", ProbeRing.supports(Uring.OP_SENDMSG_ZC));
        features.put("FUTEX_WAIT", ProbeRing.supports(Uring.OP_FUTEX_WAIT));
        features.put("rings with completions of two sizes", ProbeRing.hasMixedCompletions());
        features.put("RECV_ZC", ProbeRing.supports(Uring.OP_RECV_ZC));
        ZeroCopyFeatures zeroCopy = ZeroCopyFeatures.query();
        features.put("flushing the refill ring", zeroCopy.hasFlush());
        features.put("queue export", zeroCopy.hasExport());
        features.put("receive buffers larger than a page", zeroCopy.hasReceiveBufferLength());
        features.put("zero-copy receive without a device", zeroCopy.hasNoDevice());
        features.put("events", zeroCopy.hasEvents());
        features.put("more areas", zeroCopy.hasAddArea());
        return features;
    }

    /** A loop can wait without being counted as waiting for a disk. */
    public static boolean hasNoIoWait() {
        return netty("ENTER_NO_IOWAIT_SUPPORTED");
    }

    /** Whether this process has CAP_SYS_ADMIN, as a test has that mounts a file system. */
    public static boolean mayMount() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .anyMatch(line ->
                            (Long.parseUnsignedLong(line.replaceAll("CapEff:\\s*", ""), 16) >> CAP_SYS_ADMIN & 1) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a file can be mounted as a disk. */
    public static boolean hasLoopDevices() {
        return Files.exists(Path.of("/dev/loop-control"));
    }

    /** What Netty tells in its list alone: the methods say whether it makes use of it, which is off by default. */
    private static boolean netty(String name) {
        return IoUring.featureString().contains(name + "=true");
    }
}
