// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an application may have its Netty. */
class LoadersTest {
    private static final Set<String> PARTS = Set.of(
            "netty-common",
            "netty-buffer",
            "netty-resolver",
            "netty-transport",
            "netty-transport-native-unix-common",
            "netty-transport-classes-epoll");

    private static final Pattern WEBFLUX = Pattern.compile(
            "spring-(?!boot-loader|grpc)|reacti|reactor-|netty-(?!incubator|reactive)|micrometer-|jakarta\\."
                    + "annotation|slf4j|logback|log4j|jul-|commons-logging|jspecify|snakeyaml");
    private static final Pattern FOREIGN = Pattern.compile("osx|windows|aarch_64|kqueue|quic|http3");

    private static List<String> netty() {
        return Java.classPath(entry -> PARTS.contains(
                Path.of(entry).getFileName().toString().replaceFirst("-4\\.2\\.[0-9]+\\.Final\\.jar$", "")));
    }

    private static String programs() {
        return Path.of(System.getProperty("basedir"), "target", "test-classes").toString();
    }

    @Test
    void shouldServeSeveralLoaders() throws Exception {
        List<String> entries = new ArrayList<>(netty());
        entries.add(programs());
        String path = String.join(File.pathSeparator, entries);
        // The program says its word once for each, so it is started here with none of its own.
        Said said = Java.of(LoadersProgram.class, NettyProgram.class.getName(), path, path)
                .withClassPath(List.of(programs()))
                .agent("report")
                .runAny();
        assertEquals(2, said.count(Bytes.SAME), said::toString);
        assertEquals(2, said.reported("received").size(), said::toString);
        for (String received : said.reported("received")) {
            assertTrue(Long.parseLong(received) >= 2L * Bytes.COUNT, said::toString);
        }
        said.noWarning();
    }

    /** An application of Spring WebFlux: jars in a jar, as Spring Boot packs and loads them. */
    @Test
    void shouldServeNestedJars(@TempDir Path directory) throws Exception {
        Path jar = directory.resolve("application.jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        attributes.putValue("Start-Class", SpringProgram.class.getName());
        attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream application = new JarOutputStream(out, manifest)) {
            Set<String> folders = new HashSet<>();
            for (String entry : Java.classPath(entry -> entry.contains("spring-boot-loader"))) {
                unpack(Path.of(entry), application, folders);
            }
            folder("BOOT-INF/classes/", application, folders);
            for (Class<?> type : List.of(SpringProgram.class, ServerProgram.class, Bytes.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                entry("BOOT-INF/classes/" + name, Files.readAllBytes(Path.of(programs(), name)), application);
            }
            folder("BOOT-INF/lib/", application, folders);
            for (String entry : Java.classPath(LoadersTest::isOfWebFlux)) {
                store("BOOT-INF/lib/" + Path.of(entry).getFileName(), Files.readAllBytes(Path.of(entry)), application);
            }
        }
        Said said = Java.runJar(jar, "report");
        assertEquals(1, said.count(Bytes.SAME), said::toString);
        said.carried(2L * Bytes.COUNT).noWarning();
    }

    /** What Spring Boot's starter brings, without libraries for other systems. */
    private static boolean isOfWebFlux(String entry) {
        String file = Path.of(entry).getFileName().toString();
        return WEBFLUX.matcher(file).lookingAt() && !FOREIGN.matcher(file).find() && !Java.isOurs(entry);
    }

    /** Of a sealed jar each package must be from it alone. */
    @Test
    void shouldServeSealedJar(@TempDir Path directory) throws Exception {
        Path jar = directory.resolve("application.jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, NettyProgram.class.getName());
        attributes.put(Attributes.Name.SEALED, "true");
        Set<String> names = new HashSet<>();
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream application = new JarOutputStream(out, manifest)) {
            for (String entry : netty()) {
                unpack(Path.of(entry), application, names);
            }
            Path folder = Path.of(programs(), "net", "zcrx", "agent", "programs");
            try (DirectoryStream<Path> classes = Files.newDirectoryStream(folder, "{NettyProgram,Bytes}*.class")) {
                for (Path file : classes) {
                    entry("net/zcrx/agent/programs/" + file.getFileName(), Files.readAllBytes(file), application);
                }
            }
        }
        Said said = Java.runJar(jar, "report");
        assertEquals(1, said.count(Bytes.SAME), said::toString);
        said.carried(2L * Bytes.COUNT).noWarning();
    }

    /** As one jar has them: of entries with the same name, the first. */
    private static void unpack(Path from, JarOutputStream to, Set<String> names) throws IOException {
        try (JarFile jar = new JarFile(from.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (entry.isDirectory() && !entry.getName().equals("META-INF/")) {
                    folder(entry.getName(), to, names);
                } else if (!entry.isDirectory()
                        && !entry.getName().equals(JarFile.MANIFEST_NAME)
                        && names.add(entry.getName())) {
                    entry(entry.getName(), jar.getInputStream(entry).readAllBytes(), to);
                }
            }
        }
    }

    private static void folder(String name, JarOutputStream to, Set<String> folders) throws IOException {
        if (folders.add(name)) {
            to.putNextEntry(new JarEntry(name));
            to.closeEntry();
        }
    }

    private static void entry(String name, byte[] bytes, JarOutputStream to) throws IOException {
        to.putNextEntry(new JarEntry(name));
        to.write(bytes);
        to.closeEntry();
    }

    /** Not compressed, which the loader demands of jars. */
    private static void store(String name, byte[] bytes, JarOutputStream to) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        JarEntry entry = new JarEntry(name);
        entry.setMethod(JarEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        to.putNextEntry(entry);
        to.write(bytes);
        to.closeEntry();
    }

    /** Application and Netty are modules, without and with Netty's io_uring. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldServeModules(boolean ioUring, @TempDir Path directory) throws Exception {
        Path sources = Files.createDirectories(directory.resolve("sources"));
        Files.writeString(sources.resolve("module-info.java"), """
                module application {
                    requires io.netty.buffer;
                    requires io.netty.common;
                    requires io.netty.transport;
                    requires io.netty.transport.classes.epoll;
                    requires io.netty.transport.unix.common;
                }
                """);
        Path programSources = Path.of(System.getProperty("basedir"), "src/test/java/net/zcrx/agent/programs");
        for (String name : List.of("NettyProgram", "Bytes")) {
            String source = Files.readString(programSources.resolve(name + ".java"));
            Files.writeString(
                    sources.resolve(name + ".java"),
                    source.replace("package net.zcrx.agent.programs;", "package application;"));
        }
        List<String> entries = new ArrayList<>(netty());
        if (ioUring) {
            entries.addAll(Java.classPath(entry -> entry.contains("classes-io_uring")));
        }
        String modules = String.join(File.pathSeparator, entries);
        Path classes = directory.resolve("classes");
        compile(modules, classes, sources);
        Java.of(NettyProgram.class)
                .option("--add-modules=ALL-MODULE-PATH")
                .module(modules + File.pathSeparator + classes, "application/application.NettyProgram")
                .agent("report")
                .run()
                .carried(2L * Bytes.COUNT)
                .noWarning();
    }

    private static void compile(String modules, Path classes, Path sources) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--release", "17", "-nowarn", "-d", classes.toString(), "-p", modules));
        try (Stream<Path> files = Files.list(sources)) {
            files.map(Path::toString).forEach(arguments::add);
        }
        assertEquals(
                0,
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(System.out, System.err, arguments.toArray(new String[0])));
    }
}
