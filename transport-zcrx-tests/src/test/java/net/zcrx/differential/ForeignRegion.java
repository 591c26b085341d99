// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import net.zcrx.lessons.TestRegion;

/** A file region of a user's own class. */
final class ForeignRegion extends TestRegion {
    /** How many calls give nothing yet. */
    private int idleCalls;

    private final boolean bad;

    ForeignRegion(byte[] data, int idleCalls, boolean bad) {
        super(data);
        this.idleCalls = idleCalls;
        this.bad = bad;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (bad) {
            throw new IllegalStateException("a region's");
        }
        return idleCalls-- > 0 ? 0 : super.transferTo(target, position);
    }
}
