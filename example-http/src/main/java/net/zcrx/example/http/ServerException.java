// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

/** The server cannot start or go on; the message is a sentence for the person who runs it. */
final class ServerException extends Exception {
    private static final long serialVersionUID = 1L;

    ServerException(String message) {
        super(message);
    }

    ServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
