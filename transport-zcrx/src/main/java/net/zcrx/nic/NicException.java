// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.io.IOException;

/** What a NIC or the kernel refused: a sentence that says what to do where something can be done. */
public final class NicException extends IOException {
    private static final long serialVersionUID = 1;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ENOMEM = 12;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ERANGE = 34;
    static final int ENOSYS = 38;
    public static final int EOPNOTSUPP = 95;

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
