// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links and images of all Markdown files lead somewhere. What is on the web is not asked for. */
class LinksTest {
    @TempDir
    private Path folder;

    @Test
    void shouldLeadToFilesAndHeadings() throws IOException {
        List<Path> files = Markdown.files();
        assertTrue(files.contains(Markdown.ROOT.resolve("README.md")), files::toString);
        List<String> broken = new ArrayList<>();
        for (Path file : files) {
            broken.addAll(broken(new Markdown(file)));
        }
        assertEquals("", String.join("\n", broken), "Fix these links.");
    }

    @Test
    void shouldReachEveryDocumentFromReadme() throws IOException {
        List<Path> reached = new ArrayList<>(List.of(Markdown.ROOT.resolve("README.md")));
        for (int i = 0; i < reached.size(); i++) {
            Markdown page = new Markdown(reached.get(i));
            for (String target : page.targets()) {
                Path file = file(page, target);
                if (!isOnWeb(target)
                        && file.toString().endsWith(".md")
                        && Files.exists(file)
                        && !reached.contains(file)) {
                    reached.add(file);
                }
            }
        }
        try (Stream<Path> documents = Files.walk(Markdown.ROOT.resolve("docs"))) {
            assertEquals(
                    "",
                    documents
                            .filter(file -> file.toString().endsWith(".md") && !reached.contains(file))
                            .map(Path::toString)
                            .collect(Collectors.joining("\n")),
                    "No link leads from README.md to these, directly or over other pages.");
        }
    }

    @Test
    void shouldFindWhatIsBroken() throws IOException {
        Files.writeString(
                folder.resolve("other.md"), "# One `two`: three, four\n\n## Same\n\n## Same\n\n```\n# Code\n```\n");
        Path page = Files.writeString(folder.resolve("page.md"), """
                # Page
                [fine](other.md) [fine](other.md#one-two-three-four) [fine](#page) [fine](other.md#same-1)
                ![fine](other.md) [web](https://example.com/none) `[code](none.md)`
                [![gone](image.png)](other.md) [gone](none.md) [gone](other.md#code) [gone](#pages) [gone](other.md#same-2)
                """);
        String name = page.toString();
        assertEquals(
                List.of(
                        name + ": image.png",
                        name + ": none.md",
                        name + ": other.md#code",
                        name + ": #pages",
                        name + ": other.md#same-2"),
                broken(new Markdown(page)));
    }

    private static List<String> broken(Markdown page) {
        return page.targets().stream()
                .filter(target -> !isOnWeb(target) && !exists(page, target))
                .map(target -> page.file() + ": " + target)
                .toList();
    }

    private static boolean isOnWeb(String target) {
        return target.matches("(https?://|mailto:).*");
    }

    private static boolean exists(Markdown page, String target) {
        Path file = file(page, target);
        int hash = target.indexOf('#');
        return Files.exists(file) && (hash < 0 || new Markdown(file).anchors().contains(target.substring(hash + 1)));
    }

    private static Path file(Markdown page, String target) {
        String path = target.replaceFirst("#.*", "");
        return path.isEmpty() ? page.file() : page.file().resolveSibling(path).normalize();
    }
}
