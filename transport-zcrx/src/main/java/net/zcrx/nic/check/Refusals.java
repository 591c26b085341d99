// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import io.netty.channel.Channel;
import java.io.IOException;
import net.zcrx.nic.FlowRule;
import net.zcrx.nic.GenericNetlink;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.uring.Container;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/** The refusals of kernel and NIC: an errno becomes a sentence that says what to do. Any thread. */
public final class Refusals {
    private Refusals() {}

    /** Why nothing can be said about a NIC: the network that this process is in has none. */
    public static NicException noNic() {
        return new NicException(Container.text(
                "This machine has no NIC. List its network interfaces with: ip link",
                "This container's network has no NIC, so it receives by copy. Lease it a queue of one with ./zcrx"
                        + " lease on the host, or start it with --network host to see those of the host.",
                "This pod's network has no NIC, so it receives by copy. Lease it a queue of one with ./zcrx lease on"
                        + " the node, or set hostNetwork: true to see those of the node."));
    }

    /** Why there is no queue on lease: the network that this process is in has none. */
    public static NicException noLease() {
        return new NicException("No interface of this network has a queue of a NIC on lease. Lease it one with ./zcrx"
                + " lease" + Container.text(", where the NIC is.", " on the host.", " on the node."));
    }

    /**
     * Why the kernel refused to register this queue ({@code IORING_REGISTER_ZCRX_IFQ}).
     *
     * @param errno of the registration, positive
     * @return a sentence that says what to do
     */
    public static NicException refusedRegistration(String interfaceName, int queue, long areaBytes, int errno) {
        NicException known = ZeroCopyCheck.cause(interfaceName, queue, areaBytes);
        if (known != null) {
            return known;
        }
        try {
            NicSnapshot nic = NicInspector.inspect(interfaceName);
            return new NicException(registrationSentence(nic, queue, areaBytes, errno), errno);
        } catch (NicException e) {
            return e;
        }
    }

    /**
     * Why the kernel refused to let one more ring use a queue that another ring of the process has bound.
     *
     * @param errno of the import, positive
     * @return a sentence that says what to do
     */
    public static NicException refusedSharing(String interfaceName, int queue, int errno) {
        String refused = "The kernel refused to share queue " + queue + " of " + interfaceName
                + ", which another event loop has bound: ";
        return new NicException(
                errno == Errno.EPERM
                        ? refused
                                + "CAP_NET_ADMIN is missing. Keep it for as long as the event loops run, for they share"
                                + " queues as connections come."
                        : refused + GenericNetlink.describe("ZCRX_REG_IMPORT", errno)
                                + ". Take as many queues as there are event loops, each with a port of its own.",
                errno);
    }

    /** Why the kernel refused an area of zero-copy receive without a NIC. */
    public static NicException refusedArea(long areaBytes, int errno) {
        return new NicException(
                "The kernel refused an area of " + areaBytes + " bytes for zero-copy receive without a device ("
                        + Errno.describe(errno) + "). It may be more than can be locked. "
                        + ProcessRequirements.moreLockedMemory(),
                errno);
    }

    /** Why an area is too small for zero-copy receive without a NIC. */
    public static NicException smallArea(long bytes, long least) {
        return new NicException("An area of " + bytes + " bytes is too small." + largerArea(least) + ".");
    }

    /**
     * Why an area is too small for a queue.
     *
     * @param leased whether the queue is on lease, and its ring cannot be seen
     */
    public static NicException smallArea(String interfaceName, boolean leased, long bytes, long least) {
        String small = "An area of " + bytes + " bytes is too small for " + interfaceName;
        return new NicException(
                leased
                        ? small + ": how long the ring of its NIC is cannot be seen here,"
                                + " and a long one alone would take most of it." + largerArea(least) + "."
                        : small + ", whose ring alone can take most of it." + largerArea(least)
                                + ", or shorten the ring with: "
                                + Container.asRoot("ethtool -G " + interfaceName + " rx N"));
    }

    private static String largerArea(long least) {
        return " Set ZcrxIoHandlerConfig.areaBytes to " + least + " or more";
    }

    static String registrationSentence(NicSnapshot nic, int queue, long areaBytes, int errno) {
        String interfaceName = nic.interfaceName();
        String refused = "The kernel refused to bind queue " + queue + " of " + interfaceName + ": ";
        return switch (errno) {
            case Errno.EPERM ->
                refused + "CAP_NET_ADMIN in the first user namespace is missing, or the process may not lock "
                        + areaBytes + " bytes. Run it as root, or raise the limit of locked memory. "
                        + ProcessRequirements.moreLockedMemory();
            case Errno.ENOMEM ->
                refused + areaBytes + " bytes of memory are not available, or may not be locked (the limit is "
                        + Native.memoryLockLimit() + "). Take a smaller area, or raise the limit. "
                        + ProcessRequirements.moreLockedMemory();
            case Errno.EEXIST ->
                refused + "it is in use, or was until a moment ago. Take another queue, or find its owner with: "
                        + Container.asRoot("ss -tlnp");
            case Errno.EOPNOTSUPP ->
                refused
                        + (nic.isNetkit()
                                ? "it is not on lease from a NIC, or not any more. Lease it again where the NIC is,"
                                        + " with:"
                                        + " ./zcrx lease NIC:QUEUE --to CONTAINER ..."
                                : "its driver cannot give a queue's memory to a process, or has no device that"
                                        + " reaches memory by itself (DMA). Use a NIC whose driver can, such as"
                                        + " bnxt_en,"
                                        + " mlx5_core, gve or fbnic.");
            case Errno.EINVAL ->
                refused
                        + (nic.isNetkit()
                                ? "the NIC that it is of does not split headers, or not off the smallest payload. Where"
                                        + " the NIC is, set: ethtool -G NIC tcp-data-split on hds-thresh 0"
                                : GenericNetlink.describe("IORING_REGISTER_ZCRX_IFQ", errno)
                                        + ". See its set-up with: ethtool -g " + interfaceName);
            case Errno.ERANGE ->
                refused + "the area is not contiguous enough for such large receive buffers. Use huge pages" + " ("
                        + Container.asRoot("sysctl vm.nr_hugepages=N") + ") or receive buffers of a page.";
            default ->
                refused + GenericNetlink.describe("IORING_REGISTER_ZCRX_IFQ", errno)
                        + ". See its set-up with: ethtool -g " + interfaceName;
        };
    }

    /** Says why a connection cannot be received. */
    public static IOException foreignQueue(Channel connection) {
        return new IOException("The packets of " + connection + " arrive on a NIC queue that another process or group"
                + " of event loops has bound, and only there they can be read. See on which with ethtool -n, and steer"
                + " them to a queue of this group.");
    }

    /** @throws NicException if the NIC has no such queue */
    public static void requireQueue(NicSnapshot nic, int queue) throws NicException {
        Requirement exists = new NicRequirements(nic, queue).queueExists();
        if (exists.prevents()) {
            throw new NicException(exists.sentence(), Errno.ERANGE);
        }
    }

    /** @throws NicException if the NIC is down, has no such queue, or somebody has bound or leased it */
    public static void requireFreeQueue(NicSnapshot nic, int queue) throws NicException {
        requireQueue(nic, queue);
        Requirement free = NicRequirements.queueFree(nic, queue);
        if (free.status() != Requirement.Status.OK) {
            throw new NicException(free.sentence(), Errno.EBUSY);
        }
    }

    /** Says why a NIC refused a rule. */
    public static NicException refusedRule(NicSnapshot nic, FlowRule rule, NicException refusal) {
        String name = nic.interfaceName();
        return switch (refusal.errno()) {
            case Errno.EPERM -> refusedChange(name, refusal);
            case Errno.ENOSPC ->
                new NicException(
                        "The table of rules of " + name + " is full (" + refusal.getMessage() + "). List them with"
                                + " ethtool -n " + name + " and delete one with: "
                                + Container.asRoot("ethtool -N " + name + " delete LOCATION"),
                        Errno.ENOSPC);
            case Errno.EOPNOTSUPP ->
                new NicException(
                        nic.isNetkit()
                                ? steeringOfHost(nic, rule)
                                : nic.ntuple() || nic.rules().isEmpty()
                                        ? "The driver (" + nic.driver().orElse("none") + ") of " + name
                                                + " takes no rule such as \"" + rule
                                                + "\", so the port cannot be steered."
                                        : "Rules are switched off on " + name + ", so \"" + rule
                                                + "\" cannot be installed. Fix it with: "
                                                + Container.asRoot(NicSetting.NTUPLE.command(name, "true")),
                        Errno.EOPNOTSUPP);
            default ->
                new NicException(name + " refused the rule \"" + rule + "\": " + refusal.getMessage(), refusal.errno());
        };
    }

    /** Says which rule has to be where the NIC is that a netkit has its queues of. */
    public static String steeringOfHost(NicSnapshot netkit, FlowRule rule) {
        return netkit.interfaceName()
                + " is a netkit, and rules are those of the NIC whose queues it has on lease. Where"
                + " the NIC is, zcrx lease sets them, or: ethtool -N NIC "
                + rule.onto(0, 0).toString().replaceFirst("action 0$", "action QUEUE");
    }

    /** Says why a NIC's setting could not be changed. */
    public static NicException refusedChange(String interfaceName, NicException refusal) {
        if (refusal.errno() == Errno.EPERM) {
            return new NicException(
                    interfaceName + " was not changed. "
                            + ProcessRequirements.netAdmin().sentence(),
                    Errno.EPERM);
        }
        if (refusal.errno() == Errno.EBUSY) {
            return new NicException(
                    interfaceName + " cannot be changed now, most likely because a queue is bound: "
                            + refusal.getMessage() + ". End the process that uses it and try again.",
                    refusal.errno());
        }
        return new NicException(interfaceName + " was not changed: " + refusal.getMessage(), refusal.errno());
    }
}
