// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.util.List;

/** What curl speaks with the server. */
enum Protocol {
    HTTP_1_1(false, "--http1.1"),
    HTTP_2(false, "--http2-prior-knowledge"),
    HTTPS_1_1(true, "--http1.1", "--insecure"),
    HTTPS_2(true, "--http2", "--insecure");

    final boolean tls;
    final List<String> curlOptions;

    Protocol(boolean tls, String... curlOptions) {
        this.tls = tls;
        this.curlOptions = List.of(curlOptions);
    }

    boolean isHttp2() {
        return this == HTTP_2 || this == HTTPS_2;
    }

    /** The version as curl writes it. */
    String version() {
        return isHttp2() ? "2" : "1.1";
    }
}
