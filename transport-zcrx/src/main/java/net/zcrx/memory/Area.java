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
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * One mapping of memory that the kernel writes received bytes into.
 *
 * <p>An area is reference counted, because the ring and the last buffer may go in either order. The one that maps it
 * holds the first reference, each {@link BufferPool} that hands out buffers of it holds another, and the last
 * {@link #release()} unmaps it. Nothing may read or write it after that, neither the kernel nor a view of a buffer that
 * somebody kept: that would crash the process.
 */
public final class Area {
    /** The most bytes that one area may have: 1 GiB. */
    public static final long MAX_LENGTH = 1L << 30;

    private static final AtomicLong MAPPED_BYTES = new AtomicLong();
    /** Those of which other processes may be handed parts, by address. */
    private static final ConcurrentSkipListMap<Long, Area> SHAREABLE = new ConcurrentSkipListMap<>();

    private static final long HUGE_PAGE = hugePageSize();

    private final long address;
    private final int length;
    private final boolean huge;
    private final ByteBuffer memory;
    /** {@code null} if no other process can map the area. */
    private final MemoryFile file;

    private final boolean writable;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile boolean mapped = true;

    private Area(long address, int length, boolean huge, MemoryFile file, boolean writable) {
        this.address = address;
        this.length = length;
        this.huge = huge;
        this.file = file;
        this.writable = writable;
        ByteBuffer all = Buffer.wrapMemoryAddress(address, length);
        this.memory = (writable ? all : all.asReadOnlyBuffer()).order(ByteOrder.BIG_ENDIAN);
        MAPPED_BYTES.addAndGet(length);
        if (file != null && file.hasFixedWriter()) {
            SHAREABLE.put(address, this);
        }
    }

    /**
     * The area that memory lies in, of which other processes may be handed parts; {@code null} if it lies in none. The
     * caller holds a buffer of that memory. Any thread.
     */
    public static Area shareable(long address, int length) {
        Map.Entry<Long, Area> before = SHAREABLE.isEmpty() ? null : SHAREABLE.floorEntry(address);
        return before == null || address + length > before.getKey() + before.getValue().length
                ? null
                : before.getValue();
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
        return allocate(bytes, false);
    }

    /**
     * Allocates an area like {@link #allocate(long)}.
     *
     * @param shared whether other processes may map it, for reading: see {@link #file()}
     */
    public static Area allocate(long bytes, boolean shared) {
        if (bytes < 1 || bytes > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "An area has 1 to " + MAX_LENGTH + " bytes, but " + bytes + " were asked for.");
        }
        // Its native library makes a ByteBuffer of an address.
        IoUring.ensureAvailability();
        Area area = null;
        if (HUGE_PAGE > 0 && bytes % HUGE_PAGE == 0) {
            area = shared ? shareFaultedIn(bytes) : huge(bytes);
        }
        long page = Native.pageSize();
        long length = (bytes + page - 1) / page * page;
        if (area == null) {
            area = shared ? share(length) : small(length);
        }
        return area;
    }

    /** {@code null} if the system has not so many huge pages set aside. */
    private static Area huge(long bytes) {
        long address = mapFaultedIn(bytes, Native.MAP_HUGE, Native::madvise);
        return address > 0 ? new Area(address, (int) bytes, true, null, true) : null;
    }

    private static Area small(long length) {
        long address = Native.mmap(length, 0);
        if (address < 0) {
            throw new UncheckedIOException(new IOException(refusal(length, (int) -address)));
        }
        // Only advice (madvise(2)): a kernel without transparent huge pages refuses it, and small pages serve as well.
        Native.madvise(address, length, Native.MADV_HUGEPAGE);
        return new Area(address, (int) length, false, null, true);
    }

    private static Area shareFaultedIn(long bytes) {
        try {
            MemoryFile file = MemoryFile.create(bytes, Native.MAP_HUGE);
            long address = faultIn(Native.mapFile(file.fd(), bytes, true), bytes, Native::madvise);
            if (address < 0) {
                file.close();
                return null;
            }
            return sealed(file, address, true);
        } catch (IOException e) {
            // No huge pages; if it is something else, small ones tell.
            return null;
        }
    }

    private static Area share(long length) {
        try {
            MemoryFile file = MemoryFile.create(length, 0);
            long address = Native.mapFile(file.fd(), length, true);
            if (address < 0) {
                file.close();
                throw new IOException(refusal(length, (int) -address));
            }
            Native.madvise(address, length, Native.MADV_HUGEPAGE);
            return sealed(file, address, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Area sealed(MemoryFile file, long address, boolean huge) throws IOException {
        try {
            file.sealWrites();
        } catch (IOException e) {
            Native.munmap(address, file.length());
            file.close();
            throw e;
        }
        return new Area(address, (int) file.length(), huge, file, true);
    }

    /**
     * Maps a file that another process may have made. The area has the file from then on, also if this fails.
     *
     * @param writable whether the file can be, and is to be, written
     * @throws IOException if its length may change, or is none that an area may have, or the kernel refuses to map it
     */
    public static Area map(MemoryFile file, boolean writable) throws IOException {
        IoUring.ensureAvailability();
        long length = file.length();
        String refusal = null;
        long address = 0;
        if (!file.hasFixedLength() || length < 1 || length > MAX_LENGTH) {
            refusal = "A file of " + length + " bytes is no shared memory: it must be a memory file whose length is"
                    + " sealed, of at most " + MAX_LENGTH + " bytes.";
        } else {
            address = Native.mapFile(file.fd(), length, writable);
            if (address < 0) {
                refusal = refusal(length, (int) -address);
            }
        }
        if (refusal != null) {
            file.close();
            throw new IOException(refusal);
        }
        return new Area(address, (int) length, false, file, writable);
    }

    /** Returns the bytes of all areas of the process together; any thread. */
    public static long mappedBytes() {
        return MAPPED_BYTES.get();
    }

    /** The system call {@code madvise(2)}, which tests replace. */
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
        return faultIn(Native.mmap(bytes, flags), bytes, advice);
    }

    private static long faultIn(long address, long bytes, Advice advice) {
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

    /** Returns the file by which another process can map the area; {@code null} if none can. */
    public MemoryFile file() {
        return file;
    }

    /** Whether it is this process's to write: an area of another process is not. */
    public boolean isWritable() {
        return writable;
    }

    /** All of the area, big-endian. All threads share it: use absolute access only, never its position or limit. */
    ByteBuffer memory() {
        return memory;
    }

    /** All of the area in the machine's order, with a position and limit of its own. */
    public ByteBuffer view() {
        return memory.duplicate().order(ByteOrder.nativeOrder());
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
        // The pages of a file stay with the file, which is sealed: nobody can punch a hole into it.
        return file == null && Native.madvise(address + offset, length, Native.MADV_DONTNEED) == 0;
    }

    /**
     * Gives memory back to the system that is shared by mappings, and not sealed against that: it reads as zeroes for
     * all of them. A kernel that refuses it leaves all as it is.
     */
    public void punch(int offset, int length) {
        Native.madvise(address + offset, length, Native.MADV_REMOVE);
    }

    /** Copies {@code length} bytes from {@code offset} on to the end of {@code target}, which it returns. */
    public ByteBuf copy(int offset, int length, ByteBuf target) {
        return target.writeBytes(memory.slice(offset, length));
    }

    /** Adds a reference; any thread. */
    public void retain() {
        change(1);
    }

    /** Adds a reference unless the last one is gone, as its holder may give it back meanwhile; any thread. */
    public boolean tryRetain() {
        for (int count = references.get(); count > 0; count = references.get()) {
            if (references.compareAndSet(count, count + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Gives a reference back; any thread. The last one unmaps the memory. */
    public void release() {
        if (change(-1) == 0) {
            mapped = false;
            MAPPED_BYTES.addAndGet(-length);
            SHAREABLE.remove(address, this);
            int result = Native.munmap(address, length);
            if (file != null) {
                file.close();
            }
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
