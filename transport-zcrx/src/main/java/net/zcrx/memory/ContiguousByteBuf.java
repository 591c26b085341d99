// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The methods that are the same for every buffer in one piece outside of the heap. */
abstract class ContiguousByteBuf extends AbstractReferenceCountedByteBuf {
    ContiguousByteBuf() {
        super(0);
    }

    @Override
    @Deprecated // As the method of ByteBuf that it implements is.
    public final ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public final ByteBuf unwrap() {
        return null;
    }

    @Override
    public final boolean isDirect() {
        return true;
    }

    @Override
    public final boolean isContiguous() {
        return true;
    }

    @Override
    public final boolean hasArray() {
        return false;
    }

    @Override
    public final byte[] array() {
        throw new UnsupportedOperationException("A received buffer is outside of the heap and has no array.");
    }

    @Override
    public final int arrayOffset() {
        throw new UnsupportedOperationException("A received buffer is outside of the heap and has no array.");
    }

    @Override
    public final int nioBufferCount() {
        return 1;
    }

    @Override
    public final ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }
}
