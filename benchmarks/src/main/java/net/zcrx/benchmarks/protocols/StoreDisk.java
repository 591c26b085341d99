// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import java.nio.file.Path;

/** A {@link Store} on the disk that {@code /var/tmp} is on, or that {@code -Dbench.disk=DIRECTORY} is on. */
public final class StoreDisk extends Store {
    public StoreDisk() {
        super(Path.of(System.getProperty("bench.disk", "/var/tmp")));
    }
}
