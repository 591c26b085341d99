// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** A run has no result; the message says why. */
public final class RunFailedException extends Exception {
    private static final long serialVersionUID = 1;

    public RunFailedException(String message) {
        super(message);
    }
}
