// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** A channel that keeps what it receives; a test overrides what is to go wrong. */
class TestInbound implements Receiver.Inbound {
    final List<ByteBuf> buffers = new ArrayList<>();
    /** What was lost, or {@code null} if nothing was. */
    Throwable failure;

    private final boolean joins;

    /** One to whose buffers nothing is added. */
    TestInbound() {
        joins = false;
    }

    /** One to whose last buffer, which may be {@code null}, short data is added. */
    TestInbound(ByteBuf last) {
        joins = true;
        if (last != null) {
            buffers.add(last);
        }
    }

    @Override
    public ByteBuf last() {
        return joins && !buffers.isEmpty() ? buffers.get(buffers.size() - 1) : null;
    }

    @Override
    public boolean mayGrow(int bytes) {
        return false;
    }

    @Override
    public void add(ByteBuf buffer) {
        buffers.add(buffer);
    }

    @Override
    public void replaceLast(ByteBuf buffer) {
        buffers.set(buffers.size() - 1, buffer);
    }

    @Override
    public void fail(Throwable cause) {
        failure = cause;
    }
}
