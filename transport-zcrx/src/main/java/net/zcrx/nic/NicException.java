package net.zcrx.nic;

import java.io.IOException;

/** What a NIC or the kernel refused: a sentence that says what to do where something can be done. */
public final class NicException extends IOException {
    private static final long serialVersionUID = 1;

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ENOMEM = 12;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int ERANGE = 34;
    static final int ENOSYS = 38;
    static final int EOPNOTSUPP = 95;

    private final int errno;

    /** @param message a sentence */
    public NicException(String message) {
        this(message, 0);
    }

    NicException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    NicException(String message, Throwable cause) {
        super(message, cause);
        errno = 0;
    }

    /** The errno that the kernel gave, positive; 0 if this is not from the kernel. */
    public int errno() {
        return errno;
    }
}
