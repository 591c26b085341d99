package net.zcrx.receive;

import java.util.Arrays;

/** A stack of longs that grows and keeps its memory. */
final class TokenStack {
    private long[] tokens = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void push(long token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
        }
        tokens[size++] = token;
    }

    long peek() {
        return tokens[size - 1];
    }

    void pop() {
        size--;
    }
}
