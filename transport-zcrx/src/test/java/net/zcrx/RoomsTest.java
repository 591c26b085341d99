// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each package imports only what lies below it, so that nothing knows the API but the API and the doctor. Files are an
 * API of their own.
 */
class RoomsTest {
    private static final String ROOT = "net.zcrx";
    /** Each package with those that it may import. */
    private static final Map<String, Set<String>> BELOW = Map.ofEntries(
            entry("uring"),
            entry("event"),
            entry("option", "uring"),
            entry("memory", "uring"),
            entry("availability", "memory", "uring"),
            entry("bootstrap"),
            entry("nic", "uring"),
            entry("nic.check", "nic", "uring"),
            entry("nic.change", "nic", "nic.check", "uring"),
            entry("receive", "event", "memory", "nic", "nic.check", "option", "uring"),
            entry("send", "memory", "receive", "uring"),
            entry("loop", "receive", "send", "memory", "nic", "nic.check", "uring"),
            entry("file", "loop", "receive", "uring"),
            entry("shared", "loop", "memory", "receive", "uring"),
            entry(
                    "",
                    "availability",
                    "bootstrap",
                    "event",
                    "loop",
                    "send",
                    "receive",
                    "memory",
                    "option",
                    "nic",
                    "nic.check",
                    "nic.change",
                    "uring"),
            entry("doctor", "", "nic", "nic.check", "nic.change"));

    private static Map.Entry<String, Set<String>> entry(String room, String... below) {
        return Map.entry(room, Set.of(below));
    }

    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?net\\.zcrx((?:\\.[a-z]+)*)\\.[A-Z].*;", Pattern.MULTILINE);
    /** The most files of the API's package. */
    private static final int MOST_FILES = 24;

    private static final Path SOURCES = Path.of(System.getProperty("basedir", "."), "src/main/java/net/zcrx");

    private static List<Path> sources() throws IOException {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static String room(Path file) {
        return SOURCES.relativize(file.getParent()).toString().replace('/', '.');
    }

    @Test
    void shouldImportOnlyWhatLiesBelow() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : sources()) {
            Set<String> below = BELOW.get(room(file));
            assertTrue(below != null, () -> "No rule for the package of " + file + ". Say here what it may import.");
            Matcher imports = IMPORT.matcher(Files.readString(file));
            while (imports.find()) {
                String room = imports.group(1).isEmpty() ? "" : imports.group(1).substring(1);
                if (!room.equals(room(file)) && !below.contains(room)) {
                    wrong.add(SOURCES.relativize(file) + ": " + imports.group());
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Readers take the table of docs/architecture.md for the rule. */
    @Test
    void shouldStandInOrderInArchitecture() throws IOException {
        Path document = Path.of(System.getProperty("basedir", "."), "../docs/architecture.md");
        List<String> rows = Pattern.compile("(?m)^\\| `(?:net\\.zcrx)?([a-z.]*)` \\|")
                .matcher(Files.readString(document))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertEquals(BELOW.keySet(), new HashSet<>(rows));
        for (String room : rows) {
            List<String> above = rows.subList(0, rows.indexOf(room));
            BELOW.get(room).forEach(below -> assertFalse(above.contains(below), () -> below + " stands above " + room));
        }
    }

    /** So that the rules themselves have none. */
    @Test
    void shouldHaveNoCircle() {
        Set<String> left = new HashSet<>(BELOW.keySet());
        while (left.removeIf(room -> BELOW.get(room).stream().noneMatch(left::contains))) {}
        assertEquals(Set.of(), left, "These packages may import each other in a circle.");
    }

    /**
     * Only what is written here reaches the machine's configuration: the setters of the two kinds of netlink and ioctl.
     */
    @Test
    void shouldChangeMachineInOnePlace() throws IOException {
        Pattern setter = Pattern.compile("\\b(setHeaderSplit|setThreshold|setNtuple|setHashTable|insertRule|deleteRule"
                + "|createContext|deleteContext)\\(");
        for (Path file : sources()) {
            boolean changes = setter.matcher(Files.readString(file)).find();
            String room = room(file);
            assertTrue(!changes || room.equals("nic") || room.equals("nic.change"), () -> file + " changes a NIC.");
        }
    }

    @Test
    void shouldKeepRootSmall() throws IOException {
        List<Path> root =
                sources().stream().filter(file -> room(file).isEmpty()).toList();
        assertTrue(root.size() <= MOST_FILES, () -> ROOT + " has " + root.size() + " files.");
    }

    /** In each module, so that a reader finds what a package is for; a module may add a class to another's package. */
    @Test
    void shouldSayWhatEachPackageIsFor() throws IOException {
        Set<Path> packages = new TreeSet<>();
        Set<Path> explained = new HashSet<>();
        try (Stream<Path> modules = Files.list(Path.of(System.getProperty("basedir", "."), ".."))) {
            for (Path sources : (Iterable<Path>)
                    modules.map(module -> module.resolve("src/main/java")).filter(Files::isDirectory)::iterator) {
                try (Stream<Path> all = Files.walk(sources)) {
                    all.filter(file -> file.toString().endsWith(".java"))
                            .map(sources::relativize)
                            .filter(file -> file.getParent() != null)
                            .forEach(file ->
                                    (file.endsWith("package-info.java") ? explained : packages).add(file.getParent()));
                }
            }
        }
        assertTrue(packages.size() > BELOW.size(), packages::toString);
        packages.removeAll(explained);
        assertEquals(Set.of(), packages, "These have no package-info.java.");
    }
}
