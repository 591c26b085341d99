// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.util.concurrent.Promise;

/** An operation that a kernel thread does, and that is done with the kernel's first answer, which says nothing else. */
abstract class OneAnswerRequest extends FileRequest<Void> {
    OneAnswerRequest(FileQueue file, Promise<Void> promise) {
        super(file, promise);
    }

    @Override
    final boolean mayWait() {
        return true;
    }

    @Override
    final boolean advance(int result) {
        succeed(null);
        return true;
    }
}
