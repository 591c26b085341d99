// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

/** The pages of completions on their way back to the kernel, first in, first out. It grows and keeps its memory. */
public final class TokenList {
    private long[] tokens = new long[64];
    /** Those in front of it have been removed. */
    private int first;

    private int end;

    /** Adds what a completion named its page by. */
    public void add(long token) {
        makeRoom(1);
        tokens[end++] = token;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return first == end;
    }

    /** How many there are. */
    public int size() {
        return end - first;
    }

    long get(int index) {
        return tokens[first + index];
    }

    /** Takes the same time however many there are. */
    void removeFirst(int count) {
        first += count;
        if (first == end) {
            first = 0;
            end = 0;
        }
    }

    /** Takes all of the other list, which is empty then. */
    void addAll(TokenList other) {
        int size = other.size();
        makeRoom(size);
        System.arraycopy(other.tokens, other.first, tokens, end, size);
        end += size;
        other.removeFirst(size);
    }

    private void makeRoom(int more) {
        if (tokens.length - end >= more) {
            return;
        }
        int size = size();
        // Moved only when as many have been removed as are to be moved: so each is moved once, in the mean.
        long[] target = first >= size && tokens.length - size >= more
                ? tokens
                : new long[Math.max(tokens.length * 2, size + more)];
        System.arraycopy(tokens, first, target, 0, size);
        tokens = target;
        first = 0;
        end = size;
    }
}
