// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.zcrx.example.http.Await;
import net.zcrx.example.http.RawClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three programs in three processes, one of which may be killed at any moment. */
class ChainTest {
    private static final int SECONDS = 60;
    private static final int MANY = 8;
    private static final int LONG = 3_000_000;
    /** More than any area has. */
    private static final int AREAS = 32 << 20;
    /** Each program passes on more than this between its start and its end, and hands most of it over. */
    private static final int LEAST = 50_000;

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private static Path directory;

    private static ChainProgram store;
    private static ChainProgram filter;
    private static ChainProgram gateway;

    @BeforeAll
    static void startAll() throws Exception {
        store = startStore();
        filter = startFilter();
        gateway = startGateway();
        for (ChainProgram each : List.of(store, filter, gateway)) {
            each.awaitListening();
        }
    }

    @AfterAll
    static void stopAll() throws Exception {
        assertTrue(gateway.stop() > LEAST, "The gateway copies what it could hand over.");
        assertTrue(filter.stop() > LEAST, "The filter copies what it could hand over.");
        store.stop();
    }

    private static ChainProgram startStore() throws IOException {
        return ChainProgram.start(Store.class, socket("store"), objects().toString());
    }

    private static ChainProgram startFilter() throws IOException {
        return ChainProgram.start(Filter.class, socket("filter"), socket("store"));
    }

    private static ChainProgram startGateway() throws IOException {
        return ChainProgram.start(Gateway.class, "0", socket("filter"));
    }

    private static String socket(String name) {
        return directory.resolve(name + ".sock").toString();
    }

    private static Path objects() {
        return directory.resolve("objects");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static CompletableFuture<HttpResponse<String>> put(String name, BodyPublisher body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/" + name))
                .timeout(Duration.ofSeconds(SECONDS))
                .PUT(body)
                .build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString());
    }

    private static void assertStored(String name, byte[] body, CompletableFuture<HttpResponse<String>> answer)
            throws Exception {
        HttpResponse<String> response = answer.get(SECONDS, TimeUnit.SECONDS);
        assertEquals(201, response.statusCode(), response::body);
        assertArrayEquals(body, Files.readAllBytes(objects().resolve(name)), name);
    }

    private static void assertStores(String name) throws Exception {
        byte[] body = random(100_000);
        assertStored(name, body, put(name, BodyPublishers.ofByteArray(body)));
    }

    private static RawClient client() throws IOException {
        return new RawClient(new Socket("127.0.0.1", gateway.port()));
    }

    private static String head(String name, int length) {
        return "PUT /" + name + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** Uploads that are under way, or that nobody has ended. */
    private static List<Path> unfinished() throws IOException {
        try (Stream<Path> files = Files.list(objects())) {
            return files.filter(file -> file.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    /** Sends half of a body, until the store has begun to write it. */
    private static void sendHalf(RawClient client, String name) throws Exception {
        client.send(head(name, LONG)).send(new byte[LONG / 2]);
        Await.until(() -> unfinished().isEmpty() ? "the upload has not begun" : null);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LONG})
    void shouldStoreBody(int length) throws Exception {
        byte[] body = random(length);
        String name = "length-" + length;
        assertStored(name, body, put(name, BodyPublishers.ofByteArray(body)));
        name = "chunked-" + length;
        assertStored(name, body, put(name, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
    }

    @Test
    void shouldStoreManyAtOnce() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            answers.add(put("many-" + i, BodyPublishers.ofByteArray(random(LONG / 2 + i))));
        }
        for (int i = 0; i < MANY; i++) {
            assertStored("many-" + i, random(LONG / 2 + i), answers.get(i));
        }
    }

    @Test
    void shouldGoOnWhenStoreIsKilled() throws Exception {
        try (RawClient client = client()) {
            sendHalf(client, "store-killed");
            store.kill();
            client.assertStatus(502);
            // What is left of that body is of no use to anybody.
            client.send(new byte[LONG - LONG / 2]).send(head("no-store", 1)).send("1");
            client.assertStatus(502);
            for (Path each : unfinished()) {
                Files.delete(each);
            }
            store = startStore().awaitListening();
            client.send(head("new-store", 2)).send("12").assertStatus(201);
        }
        assertStores("after-store");
        filter.assertAlive();
        gateway.assertAlive();
    }

    @Test
    void shouldGoOnWhenFilterIsKilled() throws Exception {
        try (RawClient client = client();
                RawClient refused = client()) {
            refused.send(head("refused.exe", LONG)).assertStatus(403);
            sendHalf(client, "filter-killed");
            filter.kill();
            client.assertStatus(502);
            // The store has thrown away what came of it.
            Await.until(() -> unfinished().isEmpty() ? null : "the upload is there still");
            filter = startFilter().awaitListening();
            client.send(new byte[LONG - LONG / 2])
                    .send(head("new-filter", 2))
                    .send("12")
                    .assertStatus(201);
            // Its answer had come before its body, and before the end of the filter.
            refused.send(new byte[LONG]).send(head("accepted", 2)).send("12").assertStatus(201);
        }
        assertStores("after-filter");
        store.assertAlive();
        gateway.assertAlive();
    }

    @Test
    void shouldGoOnWhenGatewayIsKilled() throws Exception {
        try (RawClient client = client()) {
            sendHalf(client, "gateway-killed");
            gateway.kill();
            client.assertEnds();
            Await.until(() -> unfinished().isEmpty() ? null : "the upload is there still");
            gateway = startGateway().awaitListening();
        }
        assertStores("after-gateway");
        filter.assertAlive();
        store.assertAlive();
    }

    /** The gateway receives anew where what the filter had handed on lies, though the store has not read it yet. */
    @Test
    void shouldStoreNothingThatHasChanged() throws Exception {
        try (RawClient client = client()) {
            client.send(head("before", 1)).send("1").assertStatus(201);
            store.signal("STOP");
            client.send(head("changed", LEAST)).send(random(LEAST));
            // By then all loops have passed on what they had.
            refuseMany(1);
            filter.kill();
            client.assertStatus(502);
            filter = startFilter().awaitListening();
            refuseMany(AREAS);
        } finally {
            store.signal("CONT");
        }
        for (int i = 0; i < MANY; i++) {
            assertStores("after-change-" + i);
        }
        Await.until(() -> unfinished().isEmpty() ? null : "the upload is there still");
        assertFalse(Files.exists(objects().resolve("changed")), "It was stored, though nobody knows what.");
    }

    /** Uploads that go to the filter and no further. */
    private static void refuseMany(int length) throws IOException {
        byte[] body = new byte[length];
        for (int i = 0; i < MANY; i++) {
            try (RawClient client = client()) {
                client.send(head("refused.exe", length)).send(body).assertStatus(403);
                client.send(head("refused.exe", 0)).assertStatus(403);
            }
        }
    }
}
