// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.util.Map;

/** Writes one JSON object; enough for numbers, plain text and maps of them. */
final class JsonObject {
    private final StringBuilder json = new StringBuilder("{");

    JsonObject put(String name, long value) {
        name(name).append(value);
        return this;
    }

    JsonObject put(String name, String value) {
        quote(name(name), value);
        return this;
    }

    JsonObject put(String name, Map<String, ?> numbers) {
        JsonObject inner = new JsonObject();
        numbers.forEach((key, value) -> inner.put(key, ((Number) value).longValue()));
        name(name).append(inner);
        return this;
    }

    private StringBuilder name(String name) {
        if (json.length() > 1) {
            json.append(',');
        }
        return quote(json, name).append(':');
    }

    private static StringBuilder quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }

    @Override
    public String toString() {
        return json + "}";
    }
}
