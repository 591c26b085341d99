// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.alone.LoadAlone;
import com.example.echo.EchoProgram;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.zcrx.Zcrx;
import net.zcrx.servers.Program;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What native-image is told of the transport is what a run of it looks up by name, no less and no more. The run is
 * recorded by an agent that does for this what native-image's own does, which only a GraalVM has.
 */
class NativeImageMetadataTest {
    private static final String METADATA = "META-INF/native-image/net.zcrx/transport-zcrx/";

    private static List<String> trace;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void record() throws Exception {
        Path agent = compileAgent();
        Path log = directory.resolve("trace");
        String option = "-agentpath:" + agent + "=" + log;
        String said = Program.java(option, "-cp", System.getProperty("java.class.path"), EchoProgram.class.getName());
        assertTrue(said.contains("Echoed in mode COPY"), said);
        said = Program.java(
                option,
                "-cp",
                classPathOf(LoadAlone.class),
                LoadAlone.class.getName(),
                copyOfLibrary().toString());
        assertTrue(said.contains("found no class net.zcrx.uring.Native"), said);
        // The JDK's Flight Recorder looks at the fields of its events; native-image knows these by itself.
        trace = Files.readAllLines(log).stream()
                .filter(line -> !line.contains(" Lnet/zcrx/event/"))
                .toList();
    }

    private static Path compileAgent() throws IOException, InterruptedException {
        Path agent = directory.resolve("trace_agent.so");
        Path include = Path.of(System.getProperty("java.home"), "include");
        Path source = Path.of(System.getProperty("basedir"), "src/test/c/trace_agent.c");
        Program.run(List.of(
                "cc",
                "-std=c11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-I" + include,
                "-I" + include.resolve("linux"),
                "-o",
                agent.toString(),
                source.toString()));
        return agent;
    }

    private static String classPathOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static Path copyOfLibrary() throws IOException {
        String name = "libzcrx_native_" + PlatformDependent.normalizedArch() + ".so";
        Path copy = directory.resolve(name);
        try (InputStream library = open("META-INF/native/" + name)) {
            Files.copy(library, copy);
        }
        return copy;
    }

    @Test
    void shouldNameAllOfJni() throws IOException {
        assertEquals(traced("jni"), declared("jni"));
    }

    @Test
    void shouldNameAllOfReflection() throws IOException {
        assertEquals(traced("reflect"), declared("reflect"));
    }

    @Test
    void shouldNameAllResources() throws IOException {
        List<String> resources = startingWith("resource ").toList();
        List<String> patterns = new JsonObject(read("resource-config.json"))
                .getJsonObject("resources").getJsonArray("includes").stream()
                        .map(include -> ((JsonObject) include).getString("pattern"))
                        .toList();
        assertTrue(!resources.isEmpty());
        for (String resource : resources) {
            assertTrue(patterns.stream().anyMatch(resource::matches), resource);
        }
        for (String pattern : patterns) {
            assertTrue(resources.stream().anyMatch(name -> name.matches(pattern)), pattern);
        }
    }

    @Test
    void shouldLoadNoServices() {
        assertEquals(List.of(), startingWith("service ").toList());
    }

    /** Members as "CLASS.NAME", and classes of which no member is looked up. */
    private static Set<String> traced(String kind) {
        Set<String> members = startingWith(kind + ' ')
                .map(line -> line.split(" ", 3))
                .filter(words -> !words[0].equals("class"))
                .map(words -> className(words[1]) + '.' + (words[0].equals("constructor") ? "<init>" : words[2]))
                .collect(Collectors.toCollection(TreeSet::new));
        startingWith(kind + " class ")
                .map(NativeImageMetadataTest::className)
                .filter(name -> members.stream().noneMatch(member -> member.startsWith(name + '.')))
                .toList()
                .forEach(members::add);
        return members;
    }

    private static Stream<String> startingWith(String prefix) {
        return trace.stream().filter(line -> line.startsWith(prefix)).map(line -> line.substring(prefix.length()));
    }

    private static String className(String signature) {
        return signature.replaceAll("^L(.*);$", "$1").replace('/', '.');
    }

    private static Set<String> declared(String kind) throws IOException {
        return new JsonArray(read(kind + "-config.json"))
                .stream()
                        .map(JsonObject.class::cast)
                        .flatMap(NativeImageMetadataTest::declared)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> declared(JsonObject type) {
        List<String> members = Stream.of("fields", "methods")
                .flatMap(key -> type.getJsonArray(key, new JsonArray()).stream())
                .map(member -> type.getString("name") + '.' + ((JsonObject) member).getString("name"))
                .toList();
        return members.isEmpty() ? Stream.of(type.getString("name")) : members.stream();
    }

    private static String read(String name) throws IOException {
        try (InputStream in = open(METADATA + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String resource) {
        return Zcrx.class.getClassLoader().getResourceAsStream(resource);
    }
}
