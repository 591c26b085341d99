// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;

/**
 * The other process has written something that no correct process writes. Nothing of it was used; the connection ends.
 */
final class RuleViolationException extends IOException {
    private static final long serialVersionUID = 1;

    RuleViolationException(String what) {
        super("The process at the other end of a shared-memory connection broke its rules: " + what
                + ". The connection is closed; look for a fault there, or for another version of zcrx.");
    }
}
