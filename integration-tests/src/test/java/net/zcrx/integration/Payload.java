// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import java.util.Random;

/** Bytes that both sides can make. */
public final class Payload {
    private Payload() {}

    public static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
