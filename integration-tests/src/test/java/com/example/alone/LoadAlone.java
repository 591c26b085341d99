// SPDX-License-Identifier: Apache-2.0
package com.example.alone;

/** Loads the native library whose path it gets where its class is missing, and says what comes of it. */
public final class LoadAlone {
    private LoadAlone() {}

    public static void main(String[] args) {
        try {
            System.load(args[0]);
        } catch (UnsatisfiedLinkError e) {
            System.out.println(e.getMessage());
        }
    }
}
