// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import java.nio.file.Path;

/** A {@link Store} on the disk that {@code /var/tmp} is on. */
public final class StoreDisk extends Store {
    public StoreDisk() {
        super(Path.of("/var/tmp"));
    }
}
