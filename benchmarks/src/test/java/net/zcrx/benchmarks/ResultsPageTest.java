// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.zcrx.benchmarks.Summary.Cell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsPageTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));

    @TempDir
    private Path module;

    @Test
    void shouldBeWrittenFromTheFiguresThatAreKept() throws IOException {
        Path results = Files.createDirectories(module.resolve("results"));
        try (Stream<Path> kept = Files.list(MODULE.resolve("results"))) {
            for (Path json :
                    kept.filter(file -> file.toString().endsWith(".json")).toList()) {
                Files.copy(json, results.resolve(json.getFileName()));
            }
        }
        new ResultsPage(module).write();
        List<Path> files = files(module);
        assertTrue(files.size() > 20, files::toString);
        assertEquals(
                files,
                files(MODULE).stream().filter(files::contains).toList(),
                "./zcrx bench page writes those that lack.");
        for (Path file : files) {
            assertEquals(
                    Files.readString(module.resolve(file)),
                    Files.readString(MODULE.resolve(file)),
                    () -> file + " is stale or was edited: ./zcrx bench page writes it.");
        }
    }

    @Test
    void shouldLabelEachGroupAndDrawTrueRange() {
        BarPlot plot = new BarPlot(Metric.THROUGHPUT);
        for (int i = 0; i < 40; i++) {
            plot.group("pattern-" + i);
            plot.bar(Peer.ZCRX, new Cell(2, 1, 2.5));
        }
        String svg = plot.draw();
        for (int i = 0; i < 40; i++) {
            assertTrue(svg.contains(">pattern-" + i + "</text>"), svg);
        }
        // The scale has 520 pixels from 190 on, and ends with the greatest value, 2.5.
        assertTrue(svg.contains("width=\"416\" height=\"11\""), svg);
        assertTrue(svg.contains("M398 73H710"), svg);
        assertTrue(svg.contains(">2.000 (1.000..2.500)</text>"), svg);
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files =
                Stream.concat(Stream.of(root.resolve(ResultsPage.NAME)), Files.walk(root.resolve("results")))) {
            return files.filter(Files::isRegularFile)
                    .map(root::relativize)
                    .sorted()
                    .toList();
        }
    }
}
