// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DuplicatedByteBuf;
import io.netty.buffer.SlicedByteBuf;
import java.nio.ByteBuffer;

/**
 * Views of a buffer in memory of another process. Those of Netty take nioBuffer() for internalNioBuffer(), which some
 * of its handlers write to: the JDK's SSLEngine decrypts where it reads. So these have it copied first.
 */
final class ForeignViews {
    private ForeignViews() {}

    static ByteBuf slice(AreaByteBuf buffer, int index, int length) {
        return new Slice(buffer, index, length);
    }

    static ByteBuf duplicate(AreaByteBuf buffer) {
        return new Duplicate(buffer);
    }

    @SuppressWarnings("deprecation") // The class of Netty that can be extended.
    private static final class Slice extends SlicedByteBuf {
        private final AreaByteBuf whole;

        Slice(AreaByteBuf whole, int index, int length) {
            super(whole, index, length);
            this.whole = whole;
        }

        @Override
        public ByteBuffer internalNioBuffer(int index, int length) {
            whole.prepareWrite();
            return nioBuffer(index, length);
        }
    }

    @SuppressWarnings("deprecation")
    private static final class Duplicate extends DuplicatedByteBuf {
        private final AreaByteBuf whole;

        Duplicate(AreaByteBuf whole) {
            super(whole);
            this.whole = whole;
        }

        @Override
        public ByteBuffer internalNioBuffer(int index, int length) {
            whole.prepareWrite();
            return nioBuffer(index, length);
        }
    }
}
