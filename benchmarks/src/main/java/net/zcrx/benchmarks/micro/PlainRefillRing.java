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
    private int nextTail;

    PlainRefillRing() {
        memory.putInt(HEAD, 0);
    }

    boolean refill(long token) {
        if (nextTail - (int) INT.getAcquire(memory, HEAD) == ENTRIES) {
            return false;
        }
        int entry = FIRST_ENTRY + (nextTail & ENTRIES - 1) * ENTRY_BYTES;
        memory.putLong(entry, token).putInt(entry + ENTRY_LENGTH, PAGE).putInt(entry + ENTRY_PAD, 0);
        nextTail++;
        return true;
    }

    /** Publishes what was put in, and takes it, as a NIC that wants pages would make the kernel do. */
    void publishAndTake() {
        INT.setRelease(memory, TAIL, nextTail);
        memory.putInt(HEAD, nextTail);
    }
}
