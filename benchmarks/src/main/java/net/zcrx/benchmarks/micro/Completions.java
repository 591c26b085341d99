// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.micro;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoEvent;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * A completion ring full of zero-copy receives, a page each, one after the other without an end; read as Netty's
 * handler reads it: one event object, and slices that were made in advance.
 */
final class Completions {
    static final int COUNT = 4096;
    static final int PAGE = 4096;

    /** A completion of 32 bytes is two of 16. */
    private static final int SLOT = 16;

    private static final int BYTES = 2 * SLOT;
    private static final int USER_DATA = 0;
    private static final int RESULT = 8;
    private static final int FLAGS = 12;
    private static final int F_32_AND_MORE = 1 << 15 | 1 << 1;

    private static final MethodHandle UPDATE = update();

    private final ByteBuffer ring =
            Buffer.allocateDirectBufferWithNativeOrder(COUNT * BYTES).buffer();
    private final ByteBuffer[] tokens = new ByteBuffer[COUNT];
    private final IoUringIoEvent event = new IoUringIoEvent(0, 0, (byte) 0, 0L);
    private int head;

    Completions() {
        for (int i = 0; i < COUNT; i++) {
            int completion = i * BYTES;
            ring.putLong(completion + USER_DATA, 0)
                    .putInt(completion + RESULT, PAGE)
                    .putInt(completion + FLAGS, F_32_AND_MORE)
                    .putLong(completion + SLOT, (long) i * PAGE);
            tokens[i] = ring.slice(completion + SLOT, SLOT);
        }
    }

    /** Returns the next completion, which is valid until the next call. */
    IoUringIoEvent next() {
        int index = head++ & COUNT - 1;
        int completion = index * BYTES;
        ByteBuffer token = tokens[index].clear();
        try {
            UPDATE.invokeExact(
                    event,
                    ring.getInt(completion + RESULT),
                    ring.getInt(completion + FLAGS),
                    (byte) 0,
                    ring.getLong(completion + USER_DATA),
                    token);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        return event;
    }

    /** Returns Netty's private method that fills in an event again. */
    private static MethodHandle update() {
        try {
            return MethodHandles.privateLookupIn(IoUringIoEvent.class, MethodHandles.lookup())
                    .findVirtual(
                            IoUringIoEvent.class,
                            "update",
                            MethodType.methodType(
                                    void.class, int.class, int.class, byte.class, long.class, ByteBuffer.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
