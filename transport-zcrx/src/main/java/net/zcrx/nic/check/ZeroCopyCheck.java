// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicQueue;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.uring.Native;
import net.zcrx.uring.ProbeRing;

/**
 * Why zero-copy receive works here or does not, in sentences that say what to do. {@link Refusals} has those about
 * refusals of the kernel. Any thread.
 */
public final class ZeroCopyCheck {
    private static final long RELEASE_TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final long RELEASE_POLL = TimeUnit.MILLISECONDS.toNanos(10);

    private ZeroCopyCheck() {}

    /**
     * Everything that zero-copy receive needs of kernel and process, whatever the NIC.
     *
     * @param areaBytes memory that the NIC shall write to
     */
    public static List<Requirement> requirements(long areaBytes) {
        List<Requirement> all = new ArrayList<>(KernelRequirements.list());
        all.addAll(ProcessRequirements.list(areaBytes));
        return all;
    }

    /** How many bytes all processes of this user may lock together; {@link Long#MAX_VALUE} if there is no limit. */
    public static long lockableBytes() {
        return ProcessRequirements.lockableBytes();
    }

    /**
     * Everything that zero-copy receive needs of a NIC's queue.
     *
     * @param areaBytes memory that the NIC shall write to
     */
    public static List<Requirement> requirements(NicSnapshot nic, int queue, long areaBytes) {
        List<Requirement> all = new ArrayList<>(new NicRequirements(nic, queue).list());
        all.add(area(nic, areaBytes));
        return all;
    }

    private static Requirement area(NicSnapshot nic, long areaBytes) {
        long least = nic.areaBytesAtLeast(Native.pageSize());
        return areaBytes >= least
                ? Requirement.ok(
                        "area",
                        "An area of " + areaBytes + " bytes is more than the NIC's ring takes"
                                + (nic.ringEntries().isPresent() ? "." : ", if it is not longer than most."))
                : Requirement.missing(
                        "area",
                        Refusals.smallArea(nic.interfaceName(), nic.isNetkit(), areaBytes, least)
                                .getMessage(),
                        "");
    }

    /** The queue of a NIC that suits zero-copy receive best at present. */
    public static int bestQueue(NicSnapshot nic) {
        return NicRequirements.bestQueue(nic);
    }

    /**
     * Why a loop cannot receive by zero copy from this queue, as far as is known without trying.
     *
     * @param areaBytes memory that the NIC must be able to write to
     * @return a sentence that says what to do, or {@code null} if nothing is known to prevent it
     */
    public static NicException cause(String interfaceName, int queue, long areaBytes) {
        try {
            List<Requirement> all = new ArrayList<>(requirements(areaBytes));
            all.addAll(requirements(NicInspector.inspect(interfaceName), queue, areaBytes));
            return all.stream()
                    .filter(Requirement::prevents)
                    .findFirst()
                    .map(requirement -> new NicException(requirement.sentence()))
                    .orElse(null);
        } catch (NicException e) {
            return e;
        }
    }

    /**
     * Whether the driver lets a queue be bound, by doing so for a moment. The NIC resets the queue for that, so no
     * traffic may arrive on it.
     *
     * @throws NicException if the queue is not given back within seconds
     */
    public static Requirement tryDriver(NicSnapshot nic, int queue) throws NicException {
        String name = "driver";
        // The NIC fills its whole ring from the area, so that must be larger.
        long pages = Math.max(2L * nic.ringEntries().orElse(1024), nic.ringEntriesAtMost()) + 1024;
        long areaBytes = pages * Native.pageSize();
        int errno = ProbeRing.bind(nic.interfaceIndex(), queue, areaBytes);
        if (errno != 0) {
            return Requirement.missing(name, Refusals.registrationSentence(nic, queue, areaBytes, errno), "");
        }
        awaitRelease(nic.interfaceName(), queue);
        return Requirement.ok(
                name, nic.driver().orElse("The driver") + " bound queue " + queue + " for a moment, as a test.");
    }

    /** Waits until a worker of the kernel has given the queue back. */
    public static void awaitRelease(String interfaceName, int queue) throws NicException {
        long deadline = System.nanoTime() + RELEASE_TIMEOUT;
        while (NicInspector.inspect(interfaceName)
                .queue(queue)
                .flatMap(NicQueue::owner)
                .isPresent()) {
            if (System.nanoTime() - deadline > 0) {
                throw new NicException("Queue " + queue + " of " + interfaceName
                        + " was bound as a test and the kernel has not given it back yet.");
            }
            LockSupport.parkNanos(RELEASE_POLL);
        }
    }
}
