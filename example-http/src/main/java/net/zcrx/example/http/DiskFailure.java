// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.file.AccessDeniedException;
import net.zcrx.file.ZcrxFileException;

/** The reason why the disk did not do what a request asks for, as far as a client can do something about it. */
enum DiskFailure {
    FULL(HttpResponseStatus.INSUFFICIENT_STORAGE, "The server has no room left for the object."),
    TOO_LARGE(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "The server's disk takes no object of that length."),
    FORBIDDEN(HttpResponseStatus.FORBIDDEN, "The server may not do that with the object."),
    OTHER(HttpResponseStatus.INTERNAL_SERVER_ERROR, "The server's disk failed.");

    private static final int EFBIG = 27;
    private static final int ENOSPC = 28;
    private static final int EROFS = 30;
    private static final int EDQUOT = 122;

    private final HttpResponseStatus status;
    private final String sentence;

    DiskFailure(HttpResponseStatus status, String sentence) {
        this.status = status;
        this.sentence = sentence;
    }

    static DiskFailure of(Throwable cause) {
        if (cause instanceof AccessDeniedException) {
            return FORBIDDEN;
        }
        return switch (errno(cause)) {
            case ENOSPC, EDQUOT -> FULL;
            case EFBIG -> TOO_LARGE;
            case EROFS -> FORBIDDEN;
            default -> OTHER;
        };
    }

    /** The JDK gives the C library's words alone; those that are not English are taken for another failure. */
    private static int errno(Throwable cause) {
        if (cause instanceof ZcrxFileException failure) {
            return failure.errno();
        }
        String words = String.valueOf(cause.getMessage());
        if (words.endsWith("No space left on device")) {
            return ENOSPC;
        }
        if (words.endsWith("Disk quota exceeded")) {
            return EDQUOT;
        }
        if (words.endsWith("File too large")) {
            return EFBIG;
        }
        return words.endsWith("Read-only file system") ? EROFS : 0;
    }

    void reply(Call call) {
        call.reply(status, sentence);
    }
}
