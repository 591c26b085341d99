// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/** The contents of the agent's jar for class loaders: jars, and the classes that take the place of epoll's. */
final class Cargo {
    /** The directory in the agent's jar; {@code pom.xml} fills it. */
    private static final String ROOT = "/META-INF/zcrx-agent/";

    private static final String FACADES = "transport-zcrx-agent-facades";
    private static final String METERS = "transport-zcrx-micrometer";
    private static final String REPLACED = "io/netty/channel/epoll/";
    private static final String CLASS = ".class";
    /** Jars in the order that they are given in, each with what tells that a loader has it already. */
    private static final Map<String, String> JARS = new LinkedHashMap<>();

    static {
        String processor = "aarch64".equals(System.getProperty("os.arch")) ? "aarch_64" : "x86_64";
        String natives = "META-INF/native/lib";
        String library = '_' + processor + ".so";
        JARS.put("netty-transport-native-unix-common", "io/netty/channel/unix/Socket.class");
        JARS.put("netty-transport-classes-epoll", Loaders.EPOLL);
        JARS.put("netty-transport-native-epoll-" + processor, natives + "netty_transport_native_epoll" + library);
        JARS.put("netty-transport-classes-io_uring", "io/netty/channel/uring/IoUring.class");
        JARS.put(
                "netty-transport-native-io_uring-" + processor,
                natives + "netty_transport_native_io_uring42" + library);
        JARS.put("jctools-core", "org/jctools/queues/atomic/MpscLinkedAtomicQueue.class");
        JARS.put("transport-zcrx", "net/zcrx/Zcrx.class");
        JARS.put("transport-zcrx-native", natives + "zcrx_native" + library);
        JARS.put(METERS, "net/zcrx/micrometer/ZcrxMeters.class");
        JARS.put(FACADES, "net/zcrx/agent/facade/Report.class");
    }

    /** Read when the first class of epoll comes, which in many processes is never. */
    private static final class Facades {
        static final Map<String, byte[]> BY_NAME = classes(FACADES, REPLACED);
    }

    private final boolean meters;
    /** {@code null} before the first loader needs a jar. */
    private Path directory;

    /** @param meters whether loaders get the classes that need a Micrometer */
    Cargo(boolean meters) {
        this.meters = meters;
    }

    /** The classes of a jar whose names, with slashes, begin with {@code prefix}. */
    private static Map<String, byte[]> classes(String jarName, String prefix) {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        try (JarInputStream jar = new JarInputStream(open("lib/" + jarName + ".jar"))) {
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                String name = entry.getName();
                if (name.startsWith(prefix) && name.endsWith(CLASS)) {
                    classes.put(name.substring(0, name.length() - CLASS.length()), jar.readAllBytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return classes;
    }

    private static InputStream open(String name) {
        InputStream in = Cargo.class.getResourceAsStream(ROOT + name);
        if (in == null) {
            throw new IllegalStateException("The agent's jar is not whole: " + ROOT + name + " is missing.");
        }
        return in;
    }

    /** The class that takes the place of {@code name}, with slashes; {@code null} if none does. */
    byte[] facade(String name) {
        return Facades.BY_NAME.get(name);
    }

    /** The classes whose place is taken, with slashes. */
    Set<String> facadeNames() {
        return Facades.BY_NAME.keySet();
    }

    /** Newest version of Netty that this was built for. */
    String nettyVersion() {
        Properties properties = new Properties();
        try (InputStream in = open("netty.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** The lines of a text that is carried along. */
    static List<String> lines(String name) {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes of a class of zcrx that must be the loader's if it has one. */
    byte[] zcrxClass(String name) {
        return classes("transport-zcrx", name).get(name);
    }

    /** Adds the jars that the loader lacks. */
    synchronized void give(LoaderPath loader) throws IOException, ReflectiveOperationException {
        for (Map.Entry<String, String> jar : JARS.entrySet()) {
            boolean wanted = meters || !jar.getKey().equals(METERS);
            if (wanted && loader.resource(jar.getValue()) == null) {
                loader.add(file(jar.getKey()));
            }
        }
    }

    private Path file(String name) throws IOException {
        if (directory == null) {
            directory = Files.createTempDirectory("zcrx-agent");
            directory.toFile().deleteOnExit();
        }
        Path file = directory.resolve(name + ".jar");
        if (!Files.exists(file)) {
            try (InputStream in = open("lib/" + name + ".jar")) {
                Files.copy(in, file);
            }
            file.toFile().deleteOnExit();
        }
        return file;
    }
}
