// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random sequences of HTTP/1.1 requests, most of them broken; the same for the same seed. */
final class BrokenRequests {
    private static final String HOST = "Host: test\r\n";

    /** Ends each sequence, so that the server need not wait for more where it has understood all of it. */
    private static final String LAST = "GET /end HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "G@T", "G T", "");
    private static final List<String> VERSIONS =
            List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTX/1.1", "http/1.1", "");
    private static final List<String> NAMES = List.of(
            "..", "%2e%2e", "..%2f..%2fx", "a%00b", "a\0b", "a b", ".a", "a/../b", "%", "%zz", "\u00e4", "", "/");
    private static final List<String> PATHS = List.of(
            "/",
            "/echo",
            "/nothing",
            "*",
            "//",
            "/?a=b",
            "http://test/",
            "http://test/nothing",
            "http://",
            "://",
            "x",
            "test:80",
            "/%",
            "/\u00ff");
    private static final List<String> BROKEN_HEADERS = List.of(
            "no colon\r\n",
            "a name: b\r\n",
            "name : b\r\n",
            ": b\r\n",
            " folded\r\n",
            "zero: a\0b\r\n",
            "return: a\rb\r\n",
            "line: b\n",
            "Host: other\r\n",
            "Expect: magic\r\n",
            "Expect: 100-continue\r\n",
            "Connection: keep-alive, close\r\n");
    private static final List<String> LENGTHS = List.of(
            "4", "04", "+4", "-4", "4.0", "0x4", "4, 4", "4, 5", "four", "", "9223372036854775808", " 4 ", "4 4");
    private static final List<String> CHUNK_SIZES =
            List.of("4", "04", "+4", "-4", "0x4", "4;a=b", "4 ", " 4", "x", "", "ffffffffffffffff", "80000000", "4\0");
    private static final List<String> ENCODINGS =
            List.of("chunked", "Chunked", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked", "x");

    private final Random random;

    BrokenRequests(long seed) {
        random = new Random(seed);
    }

    /** One sequence, cut into the pieces in which it is to be sent. */
    List<byte[]> next() {
        StringBuilder text = new StringBuilder();
        for (int requests = 1 + random.nextInt(3); requests > 0; requests--) {
            request(text);
        }
        byte[] bytes = text.append(LAST).toString().getBytes(StandardCharsets.ISO_8859_1);
        List<byte[]> pieces = new ArrayList<>();
        int start = 0;
        for (int cuts = random.nextInt(4); cuts > 0 && start < bytes.length; cuts--) {
            int end = start + 1 + random.nextInt(bytes.length - start);
            pieces.add(Arrays.copyOfRange(bytes, start, end));
            start = end;
        }
        pieces.add(Arrays.copyOfRange(bytes, start, bytes.length));
        return pieces;
    }

    private void request(StringBuilder text) {
        switch (random.nextInt(12)) {
            case 0 -> garbage(text, 1 + random.nextInt(200));
            case 1 -> text.append("GET /").append("a".repeat(5000)).append(" HTTP/1.1\r\n" + HOST + "\r\n");
            case 2 ->
                text.append("GET / HTTP/1.1\r\n" + HOST + "x: ")
                        .append("a".repeat(9000))
                        .append("\r\n\r\n");
            case 3 -> text.append(any(METHODS, "GET")).append("\r\n\r\n");
            case 4, 5, 6 -> chunked(text);
            default -> plain(text);
        }
    }

    private void garbage(StringBuilder text, int length) {
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
    }

    private void plain(StringBuilder text) {
        line(text);
        if (random.nextInt(3) == 0) {
            text.append("Content-Length: ").append(any(LENGTHS, "4")).append("\r\n");
            if (random.nextInt(4) == 0) {
                text.append("Content-Length: ").append(any(LENGTHS, "4")).append("\r\n");
            }
            text.append("\r\nbody");
        } else {
            text.append("\r\n");
        }
    }

    private void chunked(StringBuilder text) {
        line(text);
        text.append("Transfer-Encoding: ").append(any(ENCODINGS, "chunked")).append("\r\n");
        if (random.nextInt(4) == 0) {
            text.append("Content-Length: ").append(any(LENGTHS, "4")).append("\r\n");
        }
        text.append("\r\n");
        for (int chunks = random.nextInt(3); chunks > 0; chunks--) {
            text.append(any(CHUNK_SIZES, "4")).append(random.nextInt(8) == 0 ? "\n" : "\r\n");
            text.append(random.nextInt(8) == 0 ? "long body\r\n" : "body\r\n");
        }
        text.append("0\r\n")
                .append(random.nextInt(4) == 0 ? any(BROKEN_HEADERS, "") : "")
                .append("\r\n");
    }

    private void line(StringBuilder text) {
        text.append(any(METHODS, "PUT")).append(' ').append(target()).append(' ');
        text.append(any(VERSIONS, "HTTP/1.1")).append("\r\n");
        text.append(random.nextInt(8) == 0 ? "" : HOST);
        if (random.nextInt(3) == 0) {
            text.append(any(BROKEN_HEADERS, ""));
        }
    }

    private String target() {
        return switch (random.nextInt(4)) {
            case 0 -> "/objects/" + any(NAMES, name());
            case 1 -> "/objects/" + name();
            case 2 -> "/objects/" + name() + "n".repeat(random.nextInt(300));
            default -> any(PATHS, "/");
        };
    }

    /** A name that no other sequence uses, as many are sent at once. */
    private String name() {
        return Long.toHexString(random.nextLong());
    }

    /** Any of them, half of the time the one that is right. */
    private String any(List<String> choices, String right) {
        return random.nextBoolean() ? right : choices.get(random.nextInt(choices.size()));
    }
}
