package net.zcrx.uring;

import java.util.Arrays;

/** The pages of completions on their way back to the kernel, first in, first out. It grows and keeps its memory. */
public final class TokenList {
    private long[] tokens = new long[64];
    private int size;

    /** Adds what a completion named its page by. */
    public void add(long token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
        }
        tokens[size++] = token;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    long get(int index) {
        return tokens[index];
    }

    void removeFirst(int count) {
        size -= count;
        System.arraycopy(tokens, count, tokens, 0, size);
    }

    /** Takes all of the other list, which is empty then. */
    void addAll(TokenList other) {
        for (int i = 0; i < other.size; i++) {
            add(other.tokens[i]);
        }
        other.size = 0;
    }
}
