// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import net.zcrx.uring.FileOps;

/** Translates the options to open a file into the flags of open(2). */
final class OpenFlags {
    /** A pipe is not waited for: it is refused when it is open. Neither is one made the process's terminal. */
    private static final int ALWAYS = FileOps.O_CLOEXEC | FileOps.O_NONBLOCK | FileOps.O_NOCTTY;

    private OpenFlags() {}

    /** @throws UnsupportedOperationException for an option that files on a ring do not have */
    static int of(OpenOption... options) {
        boolean read = false;
        boolean write = false;
        int flags = ALWAYS;
        int whenWriting = 0;
        for (OpenOption option : options) {
            if (option == StandardOpenOption.READ) {
                read = true;
            } else if (option == StandardOpenOption.WRITE) {
                write = true;
            } else if (option == StandardOpenOption.CREATE) {
                whenWriting |= FileOps.O_CREAT;
            } else if (option == StandardOpenOption.CREATE_NEW) {
                whenWriting |= FileOps.O_CREAT | FileOps.O_EXCL;
            } else if (option == StandardOpenOption.TRUNCATE_EXISTING) {
                whenWriting |= FileOps.O_TRUNC;
            } else {
                flags |= other(option);
            }
        }
        if (!write) {
            return flags | FileOps.O_RDONLY;
        }
        return flags | whenWriting | (read ? FileOps.O_RDWR : FileOps.O_WRONLY);
    }

    private static int other(OpenOption option) {
        if (option == ZcrxFile.DIRECT) {
            return FileOps.O_DIRECT;
        }
        if (option == StandardOpenOption.SYNC) {
            return FileOps.O_SYNC;
        }
        if (option == StandardOpenOption.DSYNC) {
            return FileOps.O_DSYNC;
        }
        if (option == LinkOption.NOFOLLOW_LINKS) {
            return FileOps.O_NOFOLLOW;
        }
        if (option == StandardOpenOption.SPARSE) {
            // As for the JDK on Linux: all files are.
            return 0;
        }
        throw new UnsupportedOperationException("A ZcrxFile cannot be opened with the option " + option
                + ". Each write has its position, so to append begin at size(); to delete a file use Files.delete.");
    }
}
