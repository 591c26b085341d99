// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;

/** The same contract, little endian. */
class ZcrxByteBufLittleEndianContractTest extends ZcrxByteBufContractTest {
    @Override
    @SuppressWarnings("deprecation") // The way to the little endian view that the contract asks for.
    protected ByteBuf newBuffer(int length, int maxCapacity) {
        return super.newBuffer(length, maxCapacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
