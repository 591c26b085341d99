// SPDX-License-Identifier: Apache-2.0
package net.zcrx.blockstore;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Writes blocks to a {@link BlockStore}: every second run of them, so that each request has its place in the file. */
public final class BlockClient {
    private static final int MILLIS = 60_000;

    private BlockClient() {}

    /** Host, port, number of requests and blocks of each. */
    public static void main(String[] arguments) throws IOException {
        int requests = Integer.parseInt(arguments[2]);
        int blocks = Integer.parseInt(arguments[3]);
        try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
            runInTurn(socket, requests, blocks);
        }
        System.out.println("stored " + requests * blocks);
    }

    /**
     * Returns when all is answered. The next request waits for the answer, so that the first windows hold each whole.
     */
    public static void runInTurn(Socket socket, int requests, int blocks) throws IOException {
        for (int i = 0; i < requests; i++) {
            run(socket, i, i + 1, blocks);
        }
    }

    /** Returns when all is answered. */
    public static void run(Socket socket, int requests, int blocks) throws IOException {
        run(socket, 0, requests, blocks);
    }

    private static void run(Socket socket, int begin, int end, int blocks) throws IOException {
        socket.setSoTimeout(MILLIS);
        Set<Long> open = new HashSet<>();
        OutputStream out = socket.getOutputStream();
        for (int i = begin; i < end; i++) {
            open.add(first(i, blocks));
            out.write(request(first(i, blocks), blocks));
        }
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (!open.isEmpty()) {
            long answer = in.readLong();
            if (!open.remove(answer)) {
                throw new IOException("An answer that nobody asked for: " + answer);
            }
        }
    }

    /** The number of a request's first block. */
    public static long first(int request, int blocks) {
        return 2L * request * blocks;
    }

    private static byte[] request(long first, int blocks) {
        ByteBuffer request = ByteBuffer.allocate((1 + blocks) * BlockStore.BLOCK);
        request.putLong(first).putInt(blocks);
        for (int i = 0; i < blocks; i++) {
            request.put((1 + i) * BlockStore.BLOCK, block(first + i));
        }
        return request.array();
    }

    /** What the block of this number has. */
    public static byte[] block(long number) {
        byte[] block = new byte[BlockStore.BLOCK];
        new Random(number).nextBytes(block);
        return block;
    }
}
