// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

/** The pages of completions on their way back to the kernel, first in, first out. It grows and keeps its memory. */
public final class TokenList {
    private long[] tokens = new long[64];
    /** The index of the first token; those in front of it have been removed. */
    private int first;

    /** The index behind the last token. */
    private int end;

    /** Adds the token by which a completion named its page. */
    public void add(long token) {
        makeRoom(1);
        tokens[end++] = token;
    }

    /** Whether the list is empty. */
    public boolean isEmpty() {
        return first == end;
    }

    /** Returns how many tokens the list has. */
    public int size() {
        return end - first;
    }

    long get(int index) {
        return tokens[first + index];
    }

    /** Removes the first tokens. It takes the same time however many there are. */
    void removeFirst(int count) {
        first += count;
        if (first == end) {
            first = 0;
            end = 0;
        }
    }

    /** Moves all tokens of the other list to the end of this one. */
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
