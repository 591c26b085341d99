package net.zcrx.nic.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.GenericNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicQueue;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.uring.Native;
import net.zcrx.uring.ProbeRing;

/**
 * Why zero-copy receive works or does not, in sentences that say what to do; all such sentences are here or in the
 * lists of requirements that this asks. Any thread.
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

    /** Everything that zero-copy receive needs of a NIC's queue. */
    public static List<Requirement> requirements(NicSnapshot nic, int queue) {
        return new NicRequirements(nic, queue).list();
    }

    /** The queue of a NIC that suits zero-copy receive best as things are. */
    public static int bestQueue(NicSnapshot nic) {
        return NicRequirements.bestQueue(nic);
    }

    /**
     * Why a loop cannot receive by zero copy from this queue, as far as can be told without trying.
     *
     * @param areaBytes memory that the NIC shall write to
     * @return a sentence that says what to do, or {@code null} if nothing is known to prevent it
     */
    public static NicException cause(String interfaceName, int queue, long areaBytes) {
        try {
            List<Requirement> all = new ArrayList<>(requirements(areaBytes));
            all.addAll(requirements(NicInspector.inspect(interfaceName), queue));
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
     * Why the kernel refused to register this queue ({@code IORING_REGISTER_ZCRX_IFQ}).
     *
     * @param errno what the registration gave, positive
     * @return a sentence that says what to do
     */
    public static NicException refusedRegistration(String interfaceName, int queue, long areaBytes, int errno) {
        NicException known = cause(interfaceName, queue, areaBytes);
        return known != null
                ? known
                : new NicException(registrationSentence(interfaceName, queue, areaBytes, errno), errno);
    }

    /**
     * Why the kernel refused one more ring a queue that another ring of the process has bound.
     *
     * @param errno what the import gave, positive
     * @return a sentence that says what to do
     */
    public static NicException refusedSharing(String interfaceName, int queue, int errno) {
        String refused = "The kernel refused to share queue " + queue + " of " + interfaceName
                + ", which another event loop has bound: ";
        return new NicException(
                errno == NicException.EPERM
                        ? refused
                                + "CAP_NET_ADMIN is missing. Keep it for as long as the event loops run, for they share"
                                + " queues as connections come."
                        : refused + GenericNetlink.describe("ZCRX_REG_IMPORT", errno)
                                + ". Take as many queues as there are event loops, each with a port of its own.",
                errno);
    }

    private static String registrationSentence(String interfaceName, int queue, long areaBytes, int errno) {
        String refused = "The kernel refused to bind queue " + queue + " of " + interfaceName + ": ";
        switch (errno) {
            case NicException.EPERM:
                return refused + "CAP_NET_ADMIN in the first user namespace is missing, or the process may not lock "
                        + areaBytes + " bytes. Run it as root, or mend the latter with: "
                        + ProcessRequirements.MORE_LOCKED_MEMORY;
            case NicException.ENOMEM:
                return refused + areaBytes + " bytes of memory could not be had or locked (the limit is "
                        + Native.memoryLockLimit() + "). Take a smaller area, or mend it with: "
                        + ProcessRequirements.MORE_LOCKED_MEMORY;
            case NicException.EEXIST:
                return refused + "it is in use, or was until a moment ago. Take another queue, or find its owner with:"
                        + " sudo ss -tlnp";
            case NicException.EOPNOTSUPP:
                return refused + "its driver cannot give a queue's memory to a process, or has no device that"
                        + " reaches memory by itself (DMA). Use a NIC whose driver can, such as bnxt_en, mlx5_core,"
                        + " gve or fbnic.";
            case NicException.ERANGE:
                return refused + "the area is not contiguous enough for such large receive buffers. Use huge pages"
                        + " (sudo sysctl vm.nr_hugepages=N) or receive buffers of a page.";
            default:
                return refused + GenericNetlink.describe("IORING_REGISTER_ZCRX_IFQ", errno)
                        + ". See its set-up with: ethtool -g " + interfaceName;
        }
    }

    /**
     * Whether the driver lets a queue be bound, by doing so for a moment. The NIC resets the queue for that, so it must
     * be one that no traffic comes by.
     *
     * @throws NicException if the queue is not given back within seconds
     */
    public static Requirement tryDriver(NicSnapshot nic, int queue) throws NicException {
        String name = "driver";
        // The NIC fills its whole ring from the area, so that must be larger.
        long areaBytes = (2L * nic.ringEntries().orElse(1024) + 1024) * Native.pageSize();
        int errno = ProbeRing.bind(nic.interfaceIndex(), queue, areaBytes);
        if (errno != 0) {
            return Requirement.missing(name, registrationSentence(nic.interfaceName(), queue, areaBytes, errno), "");
        }
        awaitRelease(nic.interfaceName(), queue);
        return Requirement.ok(
                name, nic.driver().orElse("The driver") + " bound queue " + queue + " for a moment, as a test.");
    }

    /** A worker of the kernel gives the queue back. */
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

    public static void requireQueue(NicSnapshot nic, int queue) throws NicException {
        Requirement exists = new NicRequirements(nic, queue).queueExists();
        if (exists.prevents()) {
            throw new NicException(exists.sentence(), NicException.ERANGE);
        }
    }

    public static NicException refusedRule(NicSnapshot nic, FlowRule rule, NicException refusal) {
        String name = nic.interfaceName();
        switch (refusal.errno()) {
            case NicException.EPERM:
                return refusedChange(name, refusal);
            case NicException.ENOSPC:
                return new NicException(
                        "The table of rules of " + name + " is full (" + refusal.getMessage() + "). List them with"
                                + " ethtool -n " + name + " and delete one with: sudo ethtool -N " + name
                                + " delete LOCATION",
                        NicException.ENOSPC);
            case NicException.EOPNOTSUPP:
                return new NicException(
                        nic.ntuple() || nic.rules().isEmpty()
                                ? "The driver (" + nic.driver().orElse("none") + ") of " + name
                                        + " takes no rule such as \"" + rule + "\", so the port cannot be steered."
                                : "Rules are switched off on " + name + ", so \"" + rule
                                        + "\" cannot be installed. Mend it with: sudo "
                                        + NicSetting.NTUPLE.command(name, "true"),
                        NicException.EOPNOTSUPP);
            default:
                return new NicException(
                        name + " refused the rule \"" + rule + "\": " + refusal.getMessage(), refusal.errno());
        }
    }

    public static NicException refusedChange(String interfaceName, NicException refusal) {
        if (refusal.errno() == NicException.EPERM) {
            return new NicException(
                    interfaceName + " was not changed. "
                            + ProcessRequirements.netAdmin().sentence(),
                    NicException.EPERM);
        }
        if (refusal.errno() == NicException.EBUSY) {
            return new NicException(
                    interfaceName + " cannot be changed now, most likely because a queue is bound: "
                            + refusal.getMessage() + ". End the process that uses it and try again.",
                    refusal.errno());
        }
        return new NicException(interfaceName + " was not changed: " + refusal.getMessage(), refusal.errno());
    }
}
