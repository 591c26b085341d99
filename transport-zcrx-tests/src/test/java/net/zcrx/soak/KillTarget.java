// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

/** A server that echoes on the given port until it is killed. */
final class KillTarget {
    private KillTarget() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(2, Integer.parseInt(arguments[0]), 4 << 20, new Echo());
        System.out.println("port=" + server.port());
        Thread.currentThread().join();
    }
}
