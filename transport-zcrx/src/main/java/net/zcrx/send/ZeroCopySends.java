// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.Uring;

/**
 * A connection's sends without a copy: their buffers are held until the kernel's word that it has no more use for them.
 */
public final class ZeroCopySends {
    /**
     * The number of copies after which the way out (loopback, a NIC without scatter) is known to be unable, and a plain
     * send is cheaper. One alone means nothing: the kernel also copies a message now and then where it can send
     * without.
     */
    private static final int MAX_COPIED_IN_A_ROW = 4;

    /** Received pages are sent without a copy from this many bytes on; below, pinning costs more than copying. */
    private static final int MIN_RECEIVED = 4096;

    /** Messages that are to go in one send. */
    private final ArrayList<ByteBuf> run = new ArrayList<>();

    private final IntObjectHashMap<Object[]> held = new IntObjectHashMap<>(2);
    private short nextId;
    /** Sends that the kernel copied, since one that it did not. */
    private int copiedInARow;

    private boolean refused;

    /** Whether the buffer is a piece of a page that a NIC has filled, and long enough. */
    public static boolean isWorthIt(ByteBuf buffer) {
        ZcrxByteBuf received = buffer.readableBytes() < MIN_RECEIVED ? null : ZcrxByteBuf.of(buffer);
        return received != null && received.isZeroCopy();
    }

    /** Whether sends on this connection are copied all the same. */
    public boolean areCopied() {
        return copiedInARow >= MAX_COPIED_IN_A_ROW;
    }

    /** The kernel has refused one: the connection sends no more of them. */
    public void refuse() {
        refused = true;
    }

    public boolean areRefused() {
        return refused;
    }

    /** The buffer goes with the next {@link #holdRun}. */
    public void add(ByteBuf buffer) {
        run.add(buffer.retain());
    }

    /** Forgets the buffers that were added. */
    public void clearRun() {
        run.forEach(ReferenceCountUtil::safeRelease);
        run.clear();
    }

    /** Holds the buffers that were added, for one send; returns its id. */
    public short holdRun(Counters counters) {
        short id = hold(counters, run.toArray());
        run.clear();
        return id;
    }

    /** Holds the buffer, for one send; returns its id. */
    public short hold(Counters counters, ByteBuf buffer) {
        return hold(counters, new Object[] {buffer.retain()});
    }

    private short hold(Counters counters, Object[] buffers) {
        while (held.containsKey(nextId)) {
            nextId++;
        }
        short id = nextId++;
        held.put(id, buffers);
        counters.add(Counter.ZERO_COPY_SENDS, 1);
        return id;
    }

    /** The kernel has no more use for the buffers of this send, or never had one. */
    public void release(int id) {
        for (Object buffer : held.remove(id)) {
            // An exception of a buffer's own code must not keep the others, nor the channel's state.
            ReferenceCountUtil.safeRelease(buffer);
        }
    }

    /** Takes in a completion of a send; returns whether it is of the data, and not of the buffers alone. */
    public boolean complete(Counters counters, IoUringIoEvent event) {
        int id = (int) event.userData();
        boolean ofBuffers = (event.flags() & Uring.CQE_F_NOTIF) != 0;
        if (ofBuffers) {
            notified(counters, event.res());
        }
        if (ofBuffers || (event.flags() & Uring.CQE_F_MORE) == 0) {
            release(id);
        }
        return !ofBuffers;
    }

    /** The kernel's word: {@code result} says whether it copied. */
    private void notified(Counters counters, int result) {
        if ((result & Uring.NOTIF_USAGE_ZC_COPIED) != 0) {
            copiedInARow++;
            counters.add(Counter.COPIED_SENDS, 1);
        } else {
            copiedInARow = 0;
        }
    }
}
