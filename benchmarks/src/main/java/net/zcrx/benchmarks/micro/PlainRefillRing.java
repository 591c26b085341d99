package net.zcrx.benchmarks.micro;

import io.netty.channel.unix.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A refill ring without a kernel: the stores and the memory order of the real one, on memory of our own. */
final class PlainRefillRing {
    static final int ENTRIES = 4096;
    static final int PAGE = 4096;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int HEAD = 0;
    private static final int TAIL = 64;
    private static final int FIRST_ENTRY = 128;
    private static final int ENTRY_BYTES = 16;
    private static final int ENTRY_LENGTH = 8;
    private static final int ENTRY_PAD = 12;

    private final ByteBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(FIRST_ENTRY + ENTRIES * ENTRY_BYTES)
            .buffer();
    /** Pages that came back in this pass; as many as there are entries at most. */
    private final long[] returned = new long[ENTRIES];

    private int returnedCount;
    private int nextTail;
    private int seenHead;

    PlainRefillRing() {
        memory.putInt(HEAD, 0);
    }

    boolean refill(long token) {
        if (returnedCount == ENTRIES) {
            return false;
        }
        returned[returnedCount++] = token;
        return true;
    }

    /**
     * Publishes what was put in, under the lock that loops which share a queue need, and takes it, as a NIC that wants
     * pages would make the kernel do.
     */
    synchronized void publishAndTake() {
        if (ENTRIES - (nextTail - seenHead) < returnedCount) {
            seenHead = (int) INT.getAcquire(memory, HEAD);
        }
        int room = Math.min(returnedCount, ENTRIES - (nextTail - seenHead));
        for (int i = 0; i < room; i++) {
            int entry = FIRST_ENTRY + (nextTail++ & ENTRIES - 1) * ENTRY_BYTES;
            memory.putLong(entry, returned[i])
                    .putInt(entry + ENTRY_LENGTH, PAGE)
                    .putInt(entry + ENTRY_PAD, 0);
        }
        returnedCount -= room;
        INT.setRelease(memory, TAIL, nextTail);
        memory.putInt(HEAD, nextTail);
    }
}
