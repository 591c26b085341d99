// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * One mapping of memory that the kernel writes received bytes into.
 *
 * <p>An area is reference counted, because the ring and the last buffer may go in either order. The one that maps it
 * holds the first reference, each {@link BufferPool} that hands out buffers of it holds another, and the last {@link
 * #release()} unmaps it. Nothing may read or write it after that, neither the kernel nor a view of a buffer that
 * somebody kept: that would crash the process.
 */
public final class Area {
    /** The most bytes that one area may have: 1 GiB. */
    public static final long MAX_LENGTH = 1L << 30;

    private static final AtomicLong MAPPED_BYTES = new AtomicLong();
    private static final long HUGE_PAGE = hugePageSize();

    private final long address;
    private final int length;
    private final boolean huge;
    private final ByteBuffer memory;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile boolean mapped = true;

    private Area(long address, int length, boolean huge) {
        this.address = address;
        this.length = length;
        this.huge = huge;
        this.memory = Buffer.wrapMemoryAddress(address, length).order(ByteOrder.BIG_ENDIAN);
        MAPPED_BYTES.addAndGet(length);
    }

    /**
     * Maps zeroed memory: huge pages if {@code bytes} is a multiple of their size and the system has enough of them
     * set aside, else small pages that the kernel may join into transparent huge ones. Huge pages are
     * touched here, all of them; small ones when they are first written to.
     *
     * @param bytes 1 to {@link #MAX_LENGTH}; rounded up to a whole page
     * @throws IllegalArgumentException if {@code bytes} is out of range
     * @throws UncheckedIOException     if the kernel refuses the memory
     */
    public static Area allocate(long bytes) {
        if (bytes < 1 || bytes > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "An area has 1 to " + MAX_LENGTH + " bytes, but " + bytes + " were asked for.");
        }
        // Its native library makes a ByteBuffer of an address.
        IoUring.ensureAvailability();
        if (HUGE_PAGE > 0 && bytes % HUGE_PAGE == 0) {
            long address = mapFaultedIn(bytes, Native.MAP_HUGE, Native::madvise);
            if (address > 0) {
                return new Area(address, (int) bytes, true);
            }
        }
        long page = Native.pageSize();
        long length = (bytes + page - 1) / page * page;
        long address = Native.mmap(length, 0);
        if (address < 0) {
            throw new UncheckedIOException(new IOException(refusal(length, (int) -address)));
        }
        // Only advice (madvise(2)): a kernel without transparent huge pages refuses it, and small pages serve as well.
        Native.madvise(address, length, Native.MADV_HUGEPAGE);
        return new Area(address, (int) length, false);
    }

    /** Returns the bytes of all areas of the process together; any thread. */
    public static long mappedBytes() {
        return MAPPED_BYTES.get();
    }

    /** {@code madvise(2)}, which tests replace. */
    interface Advice {
        int give(long address, long length, int advice);
    }

    /**
     * Maps pages and touches them. A mapping of huge pages alone promises nothing: a cgroup that allows none (a pod
     * without a limit for them) refuses only the first touch, and then the kernel's writes end in EFAULT.
     *
     * @return the address, or a negative errno: nothing is mapped then
     */
    static long mapFaultedIn(long bytes, int flags, Advice advice) {
        long address = Native.mmap(bytes, flags);
        if (address < 0) {
            return address;
        }
        int populated = advice.give(address, bytes, Native.MADV_POPULATE_WRITE);
        if (populated < 0) {
            Native.munmap(address, bytes);
            return populated;
        }
        return address;
    }

    private static String refusal(long length, int errno) {
        String what = "The kernel refused to map an area of " + length + " bytes (" + Errno.describe(errno) + "): ";
        return errno == Errno.ENOMEM
                ? what + "the process has reached its limit of address space (ulimit -v) or the system is out of"
                        + " memory; raise the limit or configure a smaller area."
                : what + "see mmap(2) for this errno, and configure a smaller area.";
    }

    /** The size in bytes of the pages that {@code MAP_HUGETLB} maps, or 0 if this kernel has none. */
    private static long hugePageSize() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("Hugepagesize:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // No /proc in this sandbox: small pages need nothing from it.
            return 0;
        }
        return 0;
    }

    /** The address of the first byte. */
    public long address() {
        return address;
    }

    /** The size in bytes, a whole number of pages. */
    public int length() {
        return length;
    }

    /** Whether the area consists of huge pages that were set aside; transparent ones do not count. */
    public boolean isHuge() {
        return huge;
    }

    /** All of the area, big-endian. All threads share it: use absolute access only, never its position or limit. */
    ByteBuffer memory() {
        return memory;
    }

    /**
     * Gives memory back to the system. Its content is lost: it reads as zeroes, and takes memory again when it is
     * written to. Nobody may use it meanwhile, the kernel included.
     *
     * <p>This is {@code MADV_DONTNEED} of madvise(2). {@code MADV_FREE} would leave it in the memory that process and
     * cgroup are shown to take.
     *
     * @return whether the system took it; it does not where the process locks all of its memory ({@code mlockall})
     */
    public boolean giveBack(int offset, int length) {
        return Native.madvise(address + offset, length, Native.MADV_DONTNEED) == 0;
    }

    /** Copies {@code length} bytes from {@code offset} on to the end of {@code target}, which it returns. */
    public ByteBuf copy(int offset, int length, ByteBuf target) {
        return target.writeBytes(memory.slice(offset, length));
    }

    /** Adds a reference; any thread. */
    public void retain() {
        change(1);
    }

    /** Gives a reference back; any thread. The last one unmaps the memory. */
    public void release() {
        if (change(-1) == 0) {
            mapped = false;
            MAPPED_BYTES.addAndGet(-length);
            int result = Native.munmap(address, length);
            if (result < 0) {
                throw new IllegalStateException(
                        "The kernel refused to unmap " + this + " (" + Errno.describe(-result) + ").");
            }
        }
    }

    private int change(int by) {
        for (; ; ) {
            int count = references.get();
            if (count == 0) {
                throw new IllegalStateException(
                        "The last reference to " + this + " was released before, and its memory is unmapped:"
                                + " retain() before the release, and release once for each retain().");
            }
            if (references.compareAndSet(count, count + by)) {
                return count + by;
            }
        }
    }

    /** Whether somebody still holds a reference; any thread. */
    public boolean isMapped() {
        return mapped;
    }

    @Override
    public String toString() {
        return "Area(0x" + Long.toHexString(address) + ", " + length + " bytes" + (huge ? ", huge pages)" : ")");
    }
}
