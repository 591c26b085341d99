// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Markdown file of the project, as far as the tests of this package read it. */
final class Markdown {
    static final Path ROOT = Path.of(System.getProperty("basedir"))
            .resolve("..")
            .toAbsolutePath()
            .normalize();

    private static final Set<String> SKIPPED = Set.of("target", ".git", ".zcrx", "node_modules");
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```(\\w*)[^\n]*\n(.*?)^ *```");
    private static final Pattern INDENTED = Pattern.compile("(?m)(?<=\n\n)(?: {4}.*\n)+");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?-->");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]*]\\(([^()\\s]*)\\)");
    private static final Pattern IMAGE = Pattern.compile("!\\[[^\\[\\]]*]\\(([^()\\s]*)\\)");
    private static final Pattern NAME = Pattern.compile("`([\\w.]+)`");

    private final Path file;
    private final String text;

    Markdown(Path file) {
        this.file = file;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file with this path below the project's root. */
    static Markdown of(String path) {
        return new Markdown(ROOT.resolve(path));
    }

    /** All Markdown files of the project, without those that a build made. */
    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    Path file() {
        return file;
    }

    String text() {
        return text;
    }

    /** The fenced blocks of a language. */
    List<String> blocks(String language) {
        return FENCE.matcher(text)
                .results()
                .filter(fence -> fence.group(1).equals(language))
                .map(fence -> fence.group(2))
                .toList();
    }

    /** Where its links and images point to. */
    List<String> targets() {
        // An image may be the text of a link.
        String links = IMAGE.matcher(prose()).replaceAll("image");
        return Stream.concat(
                        IMAGE.matcher(prose()).results(), LINK.matcher(links).results())
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    /** The anchors of its headings, as GitHub makes them. */
    Set<String> anchors() {
        Set<String> anchors = new TreeSet<>();
        Map<String, Integer> seen = new HashMap<>();
        Matcher headings = HEADING.matcher(FENCE.matcher(text).replaceAll(""));
        while (headings.find()) {
            String title = LINK.matcher(headings.group(1))
                    .replaceAll(match -> match.group().replaceFirst("^\\[", "").replaceFirst("]\\([^)]*\\)$", ""));
            String anchor = title.strip()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
                    .replace(' ', '-');
            int times = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(times == 0 ? anchor : anchor + '-' + times);
        }
        return anchors;
    }

    /** The text from a heading to the next of the same or a higher level. */
    String section(String heading) {
        Matcher start = Pattern.compile("(?m)^(#{1,6}) +" + Pattern.quote(heading) + "$")
                .matcher(text);
        if (!start.find()) {
            throw new AssertionError(file + " has no section \"" + heading + "\".");
        }
        Matcher end =
                Pattern.compile("(?m)^#{1," + start.group(1).length() + "} ").matcher(text);
        return text.substring(start.end(), end.find(start.end()) ? end.start() : text.length());
    }

    /** The cells of a section's tables, without the heads. */
    List<List<String>> rows(String heading) {
        List<List<String>> rows = new ArrayList<>();
        boolean head = true;
        for (String line : section(heading).lines().toList()) {
            if (!line.startsWith("|")) {
                head = true;
            } else if (line.matches("[|:\\- ]+")) {
                head = false;
            } else if (!head) {
                rows.add(List.of(line.substring(1).strip().split(" *\\| *", -1)).stream()
                        .map(String::strip)
                        .toList());
            }
        }
        return rows;
    }

    /** The names in code font that a section's tables have in their first column. */
    List<String> names(String heading) {
        return rows(heading).stream()
                .map(row -> NAME.matcher(row.get(0)))
                .filter(Matcher::matches)
                .map(name -> name.group(1))
                .toList();
    }

    private String prose() {
        String prose = FENCE.matcher(text).replaceAll("");
        prose = INDENTED.matcher(prose).replaceAll("");
        prose = COMMENT.matcher(prose).replaceAll("");
        return CODE.matcher(prose).replaceAll("code");
    }
}
