// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import net.zcrx.uring.Errno;

/** The sentences of failed operations. */
final class Failures {
    private Failures() {}

    /** The failure of a file that could not be opened. */
    static IOException ofOpen(Path path, boolean direct, int errno) {
        String reason = "could not be opened" + because(errno, direct);
        return switch (errno) {
            case Errno.ENOENT -> new NoSuchFileException(path.toString(), null, reason);
            case Errno.EEXIST -> new FileAlreadyExistsException(path.toString(), null, reason);
            case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(path.toString(), null, reason);
            default -> new ZcrxFileException(path.toString(), reason, errno, 0, 0);
        };
    }

    /** The failure of a path that is no regular file. */
    static IOException ofKind(Path path, boolean directory) {
        String reason = "is " + (directory ? "a directory" : "neither a regular file nor a block device")
                + ". Name a file, or use a channel for what has no positions.";
        return new ZcrxFileException(path.toString(), reason, directory ? Errno.EISDIR : 0, 0, 0);
    }

    /**
     * An operation without a position.
     *
     * @param what as in "could not be closed"
     */
    static IOException of(String what, FileQueue file, int errno) {
        return new ZcrxFileException(
                file.path().toString(), "could not be " + what + because(errno, file.isDirect()), errno, 0, 0);
    }

    /**
     * An operation on a range of the file.
     *
     * @param what as in "could not be written"
     * @param done bytes before it failed
     */
    static IOException of(String what, FileQueue file, long position, long length, long done, int errno) {
        String reason = "could not be " + what + " at position " + position + ": " + done + " of " + length
                + " bytes are " + what + because(errno, file.isDirect());
        return new ZcrxFileException(file.path().toString(), reason, errno, position, done);
    }

    private static String because(int errno, boolean direct) {
        return " (" + Errno.describe(errno) + "). " + advice(errno, direct);
    }

    private static String advice(int errno, boolean direct) {
        return switch (errno) {
            case 0 -> "The kernel took nothing. See its log (dmesg).";
            case Errno.ENOSPC -> "The file system is full. Free space on it, then do again what is missing.";
            case Errno.EDQUOT -> "The quota of the user or project is used up. Raise it, or delete files.";
            case Errno.EIO -> "The device, or the connection to it, failed. See the kernel's log (dmesg).";
            case Errno.EROFS -> "The file system is read-only. Name another place, or mount it for writing.";
            case Errno.EFBIG -> "A file may not be that long here. Raise the limit (ulimit -f), or split the file.";
            case Errno.EBADF ->
                "It is closed, or was not opened for that. Open it with StandardOpenOption.READ to"
                        + " read and with WRITE to write, and close it last.";
            case Errno.ECANCELED ->
                "Its event loop has ended, or takes no more tasks. Await what is under way before"
                        + " the event loops end.";
            case Errno.ENOENT ->
                "A part of its path does not exist. Create the directory, or the file with"
                        + " StandardOpenOption.CREATE.";
            case Errno.EEXIST -> "It exists. Name another one, or open it without StandardOpenOption.CREATE_NEW.";
            case Errno.EACCES, Errno.EPERM ->
                "The process may not. Change the permissions, or the user that it runs as.";
            case Errno.EISDIR -> "It is a directory. Name a file.";
            case Errno.ENOTDIR -> "A part of its path is no directory. Correct the path.";
            case Errno.ENAMETOOLONG -> "Its name or path is too long. Shorten it.";
            case Errno.ELOOP ->
                "Its path has too many symbolic links, or ends in one though LinkOption.NOFOLLOW_LINKS"
                        + " is set. Name the file itself.";
            case Errno.EMFILE, Errno.ENFILE ->
                "There is no descriptor left. Close files, or raise the limit (ulimit -n).";
            case Errno.ENXIO -> "It is a pipe without a reader, a socket, or a device that is not there. Name a file.";
            case Errno.ETXTBSY -> "It is a program that runs. Write another file, and rename it.";
            case Errno.ESTALE -> "The server does not know it any more. Open it again.";
            case Errno.ENOMEM, Errno.EAGAIN -> "The kernel lacks memory or threads for it. Try again later.";
            case Errno.EOPNOTSUPP -> "The file system cannot do that. Do without it, or use another file system.";
            case Errno.EINVAL -> adviceIfInvalid(direct);
            default -> "See the man page of the system call for this errno.";
        };
    }

    private static String adviceIfInvalid(boolean direct) {
        return direct
                ? "With ZcrxFile.DIRECT, position, length and address of the memory must be multiples of the device's"
                        + " block size, mostly 512 or 4096 bytes, and the file system must offer it."
                : "The file system cannot do that. Check the name and the range.";
    }
}
