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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A file or method that is longer than these has a second job, in every module that is published. */
class LengthsTest {
    private static final int MOST_LINES_OF_FILE = 400;
    /** From the return type to the closing brace. */
    private static final int MOST_LINES_OF_METHOD = 40;

    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

    /** The modules of the bill of materials that have Java sources. */
    private static Set<Path> sources() throws IOException {
        return Pattern.compile("<artifactId>([\\w-]+)</artifactId>")
                .matcher(Files.readString(ROOT.resolve("zcrx-bom/pom.xml")))
                .results()
                .map((MatchResult match) -> ROOT.resolve(match.group(1)).resolve("src/main/java"))
                .filter(Files::isDirectory)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : sources()) {
            try (Stream<Path> all = Files.walk(directory)) {
                all.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }

    @Test
    void shouldFindThePublishedModules() throws IOException {
        assertTrue(sources().size() >= 2, () -> "The bill of materials has other modules: adapt this test.");
    }

    @Test
    void shouldHaveShortFiles() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files()) {
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
                    null, manager, null, List.of(), null, manager.getJavaFileObjectsFromPaths(files()));
            Methods methods = new Methods(Trees.instance(task).getSourcePositions());
            for (CompilationUnitTree unit : task.parse()) {
                methods.scan(unit, unit);
            }
            assertTrue(methods.count > 1000, () -> "Only " + methods.count + " methods were found.");
            assertEquals(List.of(), methods.tooLong);
        }
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
