// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import java.nio.file.Path;

/** A {@link Store} in memory: in Linux's tmpfs. */
public final class StoreMemory extends Store {
    public StoreMemory() {
        super(Path.of("/dev/shm"));
    }
}
