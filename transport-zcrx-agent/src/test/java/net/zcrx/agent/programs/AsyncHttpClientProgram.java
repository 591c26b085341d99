// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import java.util.concurrent.TimeUnit;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;

/** A download by async-http-client's native transport from a server without Netty. */
final class AsyncHttpClientProgram {
    private AsyncHttpClientProgram() {}

    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Bytes.random();
        String url = "http://localhost:" + Bytes.serve(bytes) + '/';
        byte[] answer;
        try (AsyncHttpClient client = Dsl.asyncHttpClient(Dsl.config().setUseNativeTransport(true))) {
            answer = client.prepareGet(url).execute().get(60, TimeUnit.SECONDS).getResponseBodyAsBytes();
        }
        Bytes.compare(bytes, answer);
    }
}
