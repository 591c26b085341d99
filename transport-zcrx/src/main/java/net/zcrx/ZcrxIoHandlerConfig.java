// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.zcrx.availability.Flags;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Native;

/**
 * How a {@link ZcrxIoHandler} works. Not safe for several threads; a factory copies it.
 *
 * <table border="1">
 * <caption>Settings</caption>
 * <tr><th>setting</th><th>default</th><th>range</th><th>meaning</th></tr>
 * <tr><td>{@link #mode(ZcrxMode) mode}</td><td>{@link ZcrxMode#AUTO}</td><td></td>
 *     <td>how connections receive</td></tr>
 * <tr><td>{@link #interfaceQueue(String, int) interfaceQueue}</td><td>none</td><td></td>
 *     <td>the NIC queues of {@link ZcrxMode#ZERO_COPY}, each loop binds one, in the order in which loops are created;
 *     more loops than queues share them, evenly, from kernel 6.19 on</td></tr>
 * <tr><td>{@link #interfaceQueues(String) interfaceQueues}</td><td>none</td><td></td>
 *     <td>the same, many at once: {@code eth0:4-7}; in a container {@code leased}</td></tr>
 * <tr><td>{@link #areaBytes(long) areaBytes}</td><td>64 MiB; with copies less where memory is limited, with zero copy
 *     more where a page is larger than 4 KiB, see there</td><td>1 MiB to 1 GiB</td>
 *     <td>memory that a loop receives into, or all loops that share a queue; with zero copy it is locked, and must be
 *     more than the NIC's ring and 128 receive buffers, and should be more than the receive windows of the connections
 *     together</td></tr>
 * <tr><td>{@link #maxAreaBytes(long) maxAreaBytes}</td><td>areaBytes</td><td>1 MiB to 64 GiB</td>
 *     <td>memory that it may grow to in {@link ZcrxMode#ZERO_COPY} when the application holds most of it or the NIC
 *     finds none free, kernel 7.3 or later</td></tr>
 * <tr><td>{@link #receiveBufferBytes(int) receiveBufferBytes}</td><td>0: a page</td>
 *     <td>0, or 4 KiB to 1 MiB, a power of two</td>
 *     <td>bytes of the area that the NIC takes at a time, a page at least; kernel 7.0 or later</td></tr>
 * <tr><td>{@link #chunkBytes(int) chunkBytes}</td><td>64 KiB</td><td>4 KiB to 1 MiB, a power of two</td>
 *     <td>bytes of the area that the kernel takes at a time when it copies</td></tr>
 * <tr><td>{@link #ringEntries(int) ringEntries}</td><td>256</td><td>16 to 4096, a power of two</td>
 *     <td>submissions that fit between two system calls</td></tr>
 * <tr><td>{@link #completionEntries(int) completionEntries}</td><td>4096; 32768 with zero copy</td>
 *     <td>1024 to 65536, a power of two</td><td>completions that fit before the kernel must hold them back</td></tr>
 * <tr><td>{@link #maxUnboundedWorkers(int) maxUnboundedWorkers}</td><td>0: the kernel's</td><td>0 or more</td>
 *     <td>kernel threads of a ring for work that may wait for a socket</td></tr>
 * <tr><td>{@link #sharedMemory(boolean) sharedMemory}</td><td>false</td><td></td>
 *     <td>whether the loops can hand received data over to other processes, which can so read all of it</td></tr>
 * </table>
 */
public final class ZcrxIoHandlerConfig {
    private static final long MIB = 1 << 20;
    private static final long MIN_AREA = MIB;
    private static final long MAX_AREA = 1024 * MIB;
    private static final long MAX_DEFAULT_AREA = 64 * MIB;
    /** 64 MiB where a page has 4 KiB. NICs count in pages: a long ring would take all of 64 MiB in larger ones. */
    private static final int QUEUE_PAGES = 16384;

    private static final int MAX_QUEUE = 65535;
    private static final int COMPLETIONS = 4096;
    /** Each page takes two entries: those of all pages that an area has by default. */
    private static final int COMPLETIONS_OF_PAGES = 32768;

    private static final String LEASED = "leased";
    /** The name of an interface may contain a colon, too. */
    private static final Pattern QUEUES = Pattern.compile("(\\S+):(\\d{1,9})(?:-(\\d{1,9}))?");

    /** The mode, or {@code null} if it is not set. */
    private ZcrxMode mode;

    private final List<QueueName> interfaceQueues = new ArrayList<>();
    /** Why there is no queue on lease, where those were asked for and there are none. */
    private String noLease = "";
    /** The area's size in bytes, or 0 if it is not set. */
    private long areaBytes;

    private long maxAreaBytes;
    private int receiveBufferBytes;
    private int chunkBytes = 64 * 1024;
    private int ringEntries = 256;
    /** The length of the completion queue, or 0 if it is not set. */
    private int completionEntries;

    private int maxUnboundedWorkers;
    private boolean sharedMemory;

    /**
     * All settings at their defaults. Those of mode and areaBytes can be changed when Java is started:
     * {@code -Dnet.zcrx.mode} and {@code -Dnet.zcrx.areaBytes}.
     */
    public ZcrxIoHandlerConfig() {}

    ZcrxIoHandlerConfig(ZcrxIoHandlerConfig other) {
        mode = other.mode;
        interfaceQueues.addAll(other.interfaceQueues);
        noLease = other.noLease;
        areaBytes = other.areaBytes;
        maxAreaBytes = other.maxAreaBytes;
        receiveBufferBytes = other.receiveBufferBytes;
        chunkBytes = other.chunkBytes;
        ringEntries = other.ringEntries;
        completionEntries = other.completionEntries;
        maxUnboundedWorkers = other.maxUnboundedWorkers;
        sharedMemory = other.sharedMemory;
    }

    /**
     * Sets the mode. Any mode other than {@link ZcrxMode#AUTO} is mandatory: where it does not work, no loop can be
     * created.
     */
    public ZcrxIoHandlerConfig mode(ZcrxMode mode) {
        this.mode = Objects.requireNonNull(mode, "mode");
        return this;
    }

    /** The mode asked for. */
    public ZcrxMode mode() {
        return mode == null ? Flags.mode(ZcrxMode.values(), ZcrxMode.AUTO) : mode;
    }

    /** Adds a NIC queue, for the next loop that has none yet. */
    public ZcrxIoHandlerConfig interfaceQueue(String interfaceName, int queue) {
        Objects.requireNonNull(interfaceName, "interfaceName");
        inRange("queue", queue, 0, MAX_QUEUE);
        QueueName name = new QueueName(interfaceName, queue);
        if (interfaceQueues.contains(name)) {
            throw new IllegalArgumentException("Queue " + queue + " of " + interfaceName
                    + " was named before. Name each once; event loops share them if there are more.");
        }
        interfaceQueues.add(name);
        return this;
    }

    /**
     * Adds NIC queues, each for the next loop that has none yet.
     *
     * <p>Queues without a loop of the group are not bound, and packets that arrive on them are copied. A
     * {@link ZcrxEventLoopGroup}, which knows how many loops it has, refuses to have more queues than loops.
     *
     * @param queues an interface, a colon and a queue or a range of queues, both ends included; several with commas,
     *     such as {@code eth0:4-7,eth1:2}. {@code leased} is for all queues that this network namespace has on lease
     *     from NICs of the host (Linux 7.1), as they are now. Where there are none, this has no queues, which mode AUTO
     *     tells as its reason to copy, and {@link ZcrxMode#ZERO_COPY} refuses.
     * @throws IllegalArgumentException if it reads otherwise or names a queue twice; none is added then
     */
    public ZcrxIoHandlerConfig interfaceQueues(String queues) {
        Objects.requireNonNull(queues, "queues");
        ZcrxIoHandlerConfig copy = new ZcrxIoHandlerConfig(this);
        for (String part : queues.split(",", -1)) {
            if (part.equals(LEASED)) {
                copy.addLeasedQueues();
                continue;
            }
            Matcher range = QUEUES.matcher(part);
            if (!range.matches()) {
                throw new IllegalArgumentException(
                        "\"" + part + "\" names no queues of an interface: write a range of them"
                                + " as eth0:4-7, one as eth0:4, or \"leased\" for those that a container has on"
                                + " lease.");
            }
            int first = queue(range.group(2));
            int last = range.group(3) == null ? first : queue(range.group(3));
            if (first > last) {
                throw new IllegalArgumentException("The range of queues in \"" + part
                        + "\" ends before it begins: write the smaller number first.");
            }
            for (int queue = first; queue <= last; queue++) {
                copy.interfaceQueue(range.group(1), queue);
            }
        }
        interfaceQueues.clear();
        interfaceQueues.addAll(copy.interfaceQueues);
        noLease = copy.noLease;
        return this;
    }

    private void addLeasedQueues() {
        try {
            List<QueueName> leased = NicInspector.leasedQueues();
            leased.forEach(name -> interfaceQueue(name.interfaceName(), name.queue()));
            noLease = leased.isEmpty() ? Refusals.noLease().getMessage() : "";
        } catch (NicException e) {
            noLease = e.getMessage();
        }
    }

    private static int queue(String digits) {
        return (int) inRange("queue", Long.parseLong(digits), 0, MAX_QUEUE);
    }

    /** How many NIC queues are named: as many loops, or more, can read by them. */
    public int interfaceQueueCount() {
        return interfaceQueues.size();
    }

    /** Whether queues on lease were asked for and there are none. */
    boolean isLeaseMissing() {
        return !noLease.isEmpty();
    }

    /** Why no queue is named. */
    String noQueues() {
        return isLeaseMissing() ? noLease : "no interface queue is configured for zero copy";
    }

    List<QueueName> interfaceQueues() {
        return interfaceQueues;
    }

    /**
     * Sets the size of a loop's area in bytes.
     *
     * <p>Where it is not set and a loop receives by copy, all areas of the process are kept together below 1/32 of the
     * memory that its cgroup may take, and below half of what Netty may take as direct memory
     * ({@code -Dio.netty.maxDirectMemory}, {@code -XX:MaxDirectMemorySize}, or else the largest heap): each loop of a
     * group gets the same part of that, at most 64 MiB, and not more than half of the rest. Each gets 1 MiB and 16
     * chunks at least. Where it is not set and a loop receives by pages, see {@link #queueAreaBytes()}.
     */
    public ZcrxIoHandlerConfig areaBytes(long areaBytes) {
        this.areaBytes = inRange("areaBytes", areaBytes, MIN_AREA, MAX_AREA);
        return this;
    }

    /** The size of a loop's area in bytes; if it is not set, the most that a loop may have. */
    public long areaBytes() {
        return hasAreaBytes() ? askedAreaBytes() : MAX_DEFAULT_AREA;
    }

    /**
     * The size in bytes of the area that a loop receives into by pages: {@link #areaBytes()} if it is set, otherwise
     * 16,384 pages of this machine, which are 64 MiB, or 256 MiB where a page has 16 KiB, and 1 GiB where it has 64.
     *
     * @throws LinkageError if the transport does not work here, see {@link Zcrx#isAvailable()}
     */
    public long queueAreaBytes() {
        return hasAreaBytes() ? askedAreaBytes() : QUEUE_PAGES * (long) Native.pageSize();
    }

    boolean hasAreaBytes() {
        return askedAreaBytes() > 0;
    }

    private long askedAreaBytes() {
        return areaBytes > 0 ? areaBytes : Flags.areaBytes(MIN_AREA, MAX_AREA);
    }

    /** Sets how many bytes a loop's memory may grow to. */
    public ZcrxIoHandlerConfig maxAreaBytes(long maxAreaBytes) {
        this.maxAreaBytes = inRange("maxAreaBytes", maxAreaBytes, MIB, 64 * 1024 * MIB);
        return this;
    }

    /**
     * How many bytes a loop's memory may grow to; at least {@link #areaBytes()}. Where {@link #queueAreaBytes()} is as
     * much or more, it does not grow.
     */
    public long maxAreaBytes() {
        return Math.max(maxAreaBytes, areaBytes());
    }

    /** Sets how much of the area the NIC takes at a time, in bytes; 0, or less than a page, for a page. */
    public ZcrxIoHandlerConfig receiveBufferBytes(int receiveBufferBytes) {
        this.receiveBufferBytes =
                receiveBufferBytes == 0 ? 0 : powerOfTwo("receiveBufferBytes", receiveBufferBytes, 4096, (int) MIB);
        return this;
    }

    /** How much of the area the NIC takes at a time, in bytes; 0 for a page. */
    public int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    /** Sets how much of the area the kernel takes at a time when it copies, in bytes. */
    public ZcrxIoHandlerConfig chunkBytes(int chunkBytes) {
        this.chunkBytes = powerOfTwo("chunkBytes", chunkBytes, 4096, (int) MIB);
        return this;
    }

    /** How much of the area the kernel takes at a time when it copies, in bytes. */
    public int chunkBytes() {
        return chunkBytes;
    }

    /** Sets the length of the ring's submission queue. */
    public ZcrxIoHandlerConfig ringEntries(int ringEntries) {
        this.ringEntries = powerOfTwo("ringEntries", ringEntries, 16, 4096);
        return this;
    }

    /** The length of the ring's submission queue. */
    public int ringEntries() {
        return ringEntries;
    }

    /** Sets the length of the ring's completion queue; with zero copy every page that arrives takes two entries. */
    public ZcrxIoHandlerConfig completionEntries(int completionEntries) {
        this.completionEntries = powerOfTwo("completionEntries", completionEntries, 1024, 65536);
        return this;
    }

    /** The length of the ring's completion queue. */
    public int completionEntries() {
        if (completionEntries > 0) {
            return completionEntries;
        }
        ZcrxMode asked = mode();
        boolean pages = !interfaceQueues.isEmpty() && asked != ZcrxMode.COPY || asked == ZcrxMode.KERNEL_COPY;
        return pages ? COMPLETIONS_OF_PAGES : COMPLETIONS;
    }

    /**
     * Sets how many kernel threads a ring may have for work that may wait for a socket. Our own channels give them
     * none; 0 is for the kernel's limit, which is the user's number of processes.
     */
    public ZcrxIoHandlerConfig maxUnboundedWorkers(int maxUnboundedWorkers) {
        this.maxUnboundedWorkers = (int) inRange("maxUnboundedWorkers", maxUnboundedWorkers, 0, Integer.MAX_VALUE);
        return this;
    }

    /** How many kernel threads a ring may have for work on sockets; 0 for the kernel's limit. */
    public int maxUnboundedWorkers() {
        return maxUnboundedWorkers;
    }

    /**
     * Sets whether received data can be handed over to other processes by a {@link net.zcrx.shared.ZcrxSharedChannel}.
     * A process that is connected so can read all that these loops receive; and idle memory stays with the loops, as
     * the kernel keeps the pages of such an area.
     */
    public ZcrxIoHandlerConfig sharedMemory(boolean sharedMemory) {
        this.sharedMemory = sharedMemory;
        return this;
    }

    /** Whether received data can be handed over to other processes. */
    public boolean sharedMemory() {
        return sharedMemory;
    }

    private static int powerOfTwo(String name, int value, int min, int max) {
        inRange(name, value, min, max);
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(name + " is " + value + " but must be a power of two.");
        }
        return value;
    }

    private static long inRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is " + value + " but must be between " + min + " and " + max + '.');
        }
        return value;
    }
}
