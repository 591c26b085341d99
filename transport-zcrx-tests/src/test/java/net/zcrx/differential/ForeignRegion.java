// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A file region of a user's own class. */
final class ForeignRegion extends AbstractReferenceCounted implements FileRegion {
    private final byte[] data;
    /** How many calls give nothing yet. */
    private int idleCalls;

    private final boolean bad;
    private long transferred;

    ForeignRegion(byte[] data, int idleCalls, boolean bad) {
        this.data = data;
        this.idleCalls = idleCalls;
        this.bad = bad;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (bad) {
            throw new IllegalStateException("a region's");
        }
        if (idleCalls-- > 0) {
            return 0;
        }
        int count = target.write(ByteBuffer.wrap(data, (int) position, data.length - (int) position));
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

    @Override
    protected void deallocate() {
        // Its memory is Java's.
    }
}
