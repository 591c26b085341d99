// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import java.nio.file.FileSystemException;

/**
 * An operation on a {@link ZcrxFile} failed. The message says which, on what file, why, and what to do.
 *
 * <p>A file that does not exist, that exists already, or that may not be accessed, is reported as the JDK does it:
 * {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.FileAlreadyExistsException},
 * {@link java.nio.file.AccessDeniedException}.
 */
public final class ZcrxFileException extends FileSystemException {
    private static final long serialVersionUID = 1;

    private final int errno;
    private final long position;
    private final long bytes;

    ZcrxFileException(String file, String reason, int errno, long position, long bytes) {
        super(file, null, reason);
        this.errno = errno;
        this.position = position;
        this.bytes = bytes;
    }

    /**
     * Why, as errno(3): 28 ({@code ENOSPC}) if the file system is full, 122 ({@code EDQUOT}) if a quota is used up, 5
     * ({@code EIO}) if the device failed, 125 ({@code ECANCELED}) if the event loop has ended, 9 ({@code EBADF}) if the
     * file is closed, or was not opened for the operation; 0 if the file is of the wrong kind.
     */
    public int errno() {
        return errno;
    }

    /** The position in the file where the operation began, in bytes; 0 if it has none. */
    public long position() {
        return position;
    }

    /**
     * How many bytes were written, or read, before it failed. Of those behind them nothing is known: the kernel may
     * have written some.
     */
    public long bytes() {
        return bytes;
    }
}
