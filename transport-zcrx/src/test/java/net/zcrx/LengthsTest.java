// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A file or a method that is longer than this has a second job, in Java and in C, and in tests too. */
class LengthsTest {
    private static final int MOST_LINES_OF_FILE = 399;
    /** From the return type to the closing brace. */
    private static final int MOST_LINES_OF_METHOD = 40;

    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

    private static Set<String> modules() throws IOException {
        return Pattern.compile("<module>([\\w-]+)</module>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The files of all modules whose names end like this, what the build makes excepted. */
    private static List<Path> files(String... suffixes) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : modules()) {
            try (DirectoryStream<Path> parts =
                    Files.newDirectoryStream(ROOT.resolve(module), part -> !part.endsWith("target"))) {
                for (Path part : parts) {
                    addFiles(files, part, suffixes);
                }
            }
        }
        return files;
    }

    private static void addFiles(List<Path> files, Path directory, String... suffixes) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(file -> Stream.of(suffixes).anyMatch(file.toString()::endsWith))
                    .forEach(files::add);
        }
    }

    @Test
    void shouldFindAllModules() throws IOException {
        Set<String> modules = modules();
        assertTrue(
                modules.containsAll(List.of("transport-zcrx", "transport-zcrx-tests", "benchmarks")),
                () -> "Other modules than this test was made for: " + modules);
    }

    @Test
    void shouldHaveShortFiles() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files(".java", ".c", ".h")) {
            int lines = Files.readAllLines(file).size();
            if (lines > MOST_LINES_OF_FILE) {
                tooLong.add(file.normalize() + " has " + lines + " lines");
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void shouldHaveShortMethods() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of(), null, manager.getJavaFileObjectsFromPaths(files(".java")));
            Methods methods = new Methods(Trees.instance(task).getSourcePositions());
            for (CompilationUnitTree unit : task.parse()) {
                methods.scan(unit, unit);
            }
            assertTrue(methods.count > 3000, () -> "Only " + methods.count + " methods were found.");
            assertEquals(List.of(), methods.tooLong);
        }
    }

    @Test
    void shouldHaveShortFunctions() throws IOException {
        int count = 0;
        List<String> tooLong = new ArrayList<>();
        for (Path file : files(".c", ".h")) {
            for (CFunctions.Function function : CFunctions.of(Files.readString(file))) {
                count++;
                if (function.lines() > MOST_LINES_OF_METHOD) {
                    tooLong.add(file.normalize() + ":" + function.line() + ": " + function.head() + " has "
                            + function.lines() + " lines");
                }
            }
        }
        int found = count;
        assertTrue(found > 300, () -> "Only " + found + " functions were found.");
        assertEquals(List.of(), tooLong);
    }

    @Test
    void shouldFindFunctionsOfC() {
        String source = """
                #define LOOP(x) do { \\
                    x; } while (0)
                /* no { brace */
                struct pair {
                    int a;
                };
                static const struct pair one = {.a = '{'};

                static int
                first(int a)
                {
                    if (a) { return '}'; }
                    return "}"[0]; // }
                }
                int second(void) { return 2; }
                """;
        assertEquals(
                List.of(
                        new CFunctions.Function("static int first(int a)", 9, 6),
                        new CFunctions.Function("int second(void)", 15, 1)),
                CFunctions.of(source));
    }

    private static final class Methods extends TreeScanner<Void, CompilationUnitTree> {
        private final SourcePositions positions;
        private final List<String> tooLong = new ArrayList<>();
        private int count;

        Methods(SourcePositions positions) {
            this.positions = positions;
        }

        @Override
        public Void visitMethod(MethodTree method, CompilationUnitTree unit) {
            count++;
            long begin = method.getReturnType() == null
                    ? positions.getStartPosition(unit, method)
                    : positions.getStartPosition(unit, method.getReturnType());
            long lines = line(positions.getEndPosition(unit, method), unit) - line(begin, unit) + 1;
            if (lines > MOST_LINES_OF_METHOD) {
                tooLong.add(unit.getSourceFile().getName() + ": " + method.getName() + " has " + lines + " lines");
            }
            return super.visitMethod(method, unit);
        }

        private static long line(long position, CompilationUnitTree unit) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
