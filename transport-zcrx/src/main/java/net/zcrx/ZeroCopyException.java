package net.zcrx;

import java.net.NetworkInterface;
import java.net.SocketException;
import net.zcrx.uring.Native;

/** Why a loop cannot receive by zero copy: a sentence that says what to do. */
final class ZeroCopyException extends Exception {
    private static final long serialVersionUID = 1;

    ZeroCopyException(String message) {
        super(message);
    }

    static ZcrxIoHandlerConfig.InterfaceQueueName queueOf(ZcrxIoHandlerConfig config, int index)
            throws ZeroCopyException {
        if (config.interfaceQueues().isEmpty()) {
            throw new ZeroCopyException(
                    "no interface queue is configured; name one with ZcrxIoHandlerConfig.interfaceQueue");
        }
        if (index >= config.interfaceQueues().size()) {
            throw new ZeroCopyException("this is loop " + (index + 1) + " but only "
                    + config.interfaceQueues().size()
                    + " interface queues are configured; name one queue a loop, or use fewer loops");
        }
        return config.interfaceQueues().get(index);
    }

    static int interfaceIndex(ZcrxIoHandlerConfig.InterfaceQueueName name) throws ZeroCopyException {
        try {
            NetworkInterface nic = NetworkInterface.getByName(name.interfaceName());
            if (nic != null) {
                return nic.getIndex();
            }
        } catch (SocketException e) {
            throw new ZeroCopyException("the network interfaces could not be listed: " + e.getMessage());
        }
        throw new ZeroCopyException("there is no network interface " + name.interfaceName()
                + " in this network namespace; list them with: ip link");
    }

    /** The sentence for an errno of the registration; {@code name} is null where there is no device. */
    static ZeroCopyException refused(
            int errno, ZcrxIoHandlerConfig.InterfaceQueueName name, ZcrxIoHandlerConfig config) {
        String nic = name == null ? "no device" : name.interfaceName();
        String queue = name == null ? "" : " queue " + name.queue();
        switch (errno) {
            case 1:
                return new ZeroCopyException("the process lacks CAP_NET_ADMIN in the first user namespace, or may lock "
                        + Native.memoryLockLimit() + " bytes only; run it as root, or with: setcap cap_net_admin+ep");
            case 12:
                return new ZeroCopyException("an area of " + config.areaBytes() + " bytes may not be locked (limit "
                        + Native.memoryLockLimit() + " bytes); raise it with: ulimit -l unlimited");
            case 17:
                return new ZeroCopyException(nic + queue + " is in use by another process or loop; choose another "
                        + "queue, or find the owner with: ss -tlpn");
            case 19:
                return new ZeroCopyException("there is no network interface " + nic + " any more");
            case 22:
                return new ZeroCopyException("the kernel refused " + nic + queue + ": header split is off or its "
                        + "threshold is not 0; switch it on with: ethtool -G " + nic
                        + " tcp-data-split on hds-thresh 0");
            case 34:
                return new ZeroCopyException(nic + " has no" + queue + ", or its memory is not contiguous enough for "
                        + "receive buffers of " + config.receiveBufferBytes() + " bytes; list queues with: ethtool -l "
                        + nic);
            case 95:
                return new ZeroCopyException("the driver of " + nic + " does not support zero-copy receive; see "
                        + "which does in docs/zero-copy.md");
            default:
                return new ZeroCopyException("the kernel refused " + nic + queue + " with errno " + errno);
        }
    }
}
