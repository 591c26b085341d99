// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.io.IOException;

/**
 * A NIC or the kernel has refused something. The message is a sentence that says what to do, where something can be
 * done.
 */
public final class NicException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** @param message a sentence */
    public NicException(String message) {
        this(message, 0);
    }

    public NicException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    public NicException(String message, Throwable cause) {
        super(message, cause);
        errno = 0;
    }

    /** The errno that the kernel gave, positive; 0 if this is not from the kernel. */
    public int errno() {
        return errno;
    }
}
