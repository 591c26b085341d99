// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.util.concurrent.DefaultPromise;

/** A promise whose listeners run on the event loop, and when that has ended still run. It cannot be cancelled. */
final class FilePromise<T> extends DefaultPromise<T> {
    FilePromise(Listeners listeners) {
        super(listeners);
        setUncancellable();
    }
}
