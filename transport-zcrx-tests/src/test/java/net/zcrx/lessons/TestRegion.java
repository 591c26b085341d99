// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A region of a user's own, from memory; a test overrides what is to go wrong. */
public class TestRegion extends AbstractReferenceCounted implements FileRegion {
    /** A step that wrote all it could would go on as long as the peer reads, and could pass any position. */
    static final int STEP = 1 << 20;

    /** How often the last reference went: more than once would be a fault. */
    final AtomicInteger released = new AtomicInteger();

    private final byte[] data;
    private long transferred;

    public TestRegion(byte[] data) {
        this.data = data;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        int length = Math.min(STEP, data.length - (int) position);
        int count = target.write(ByteBuffer.wrap(data, (int) position, length));
        transferred += count;
        return count;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return data.length;
    }

    @Override
    protected void deallocate() {
        released.incrementAndGet();
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
