// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each piece of Java in these documents is a piece of a test that runs, but for the indentation; of
 * {@link NicExamples}, which is compiled, if it needs a NIC.
 */
class DocumentTest {
    @ParameterizedTest
    @CsvSource({
        "README.md, 4",
        "docs/frameworks.md, 21",
        "docs/zero-copy.md, 4",
        "docs/files.md, 2",
        "docs/shared-memory.md, 4"
    })
    void shouldQuoteCodeThatIsTested(String document, int least) throws IOException {
        List<String> tests;
        try (Stream<Path> files = Files.walk(Markdown.ROOT.resolve("integration-tests/src/test/java"))) {
            tests = files.filter(Files::isRegularFile)
                    .map(Markdown::new)
                    .map(Markdown::text)
                    .map(DocumentTest::withoutIndentation)
                    .toList();
        }
        List<String> snippets = Markdown.of(document).blocks("java").stream()
                .map(DocumentTest::withoutIndentation)
                .toList();
        assertTrue(snippets.size() >= least, () -> "Only " + snippets.size() + " snippets were found.");
        for (String snippet : snippets) {
            assertTrue(tests.stream().anyMatch(test -> test.contains(snippet)), () -> "In no test:\n" + snippet);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gRPC, integration-tests/pom.xml, grpc",
        "Spring gRPC, pom.xml, spring.boot",
        "Spring WebFlux, pom.xml, spring.boot",
        "Reactor Netty, pom.xml, reactor.netty",
        "R2DBC PostgreSQL, integration-tests/pom.xml, r2dbc.postgresql",
        "Vert.x, pom.xml, vertx",
        "Vert.x, integration-tests/pom.xml, vertx.oldest",
        "Lettuce, integration-tests/pom.xml, lettuce",
        "Redisson, integration-tests/pom.xml, redisson",
        "AWS SDK for Java 2, integration-tests/pom.xml, aws",
        "Ktor, integration-tests/pom.xml, ktor",
        "Micronaut, integration-tests/pom.xml, micronaut",
        "Cassandra's driver, integration-tests/pom.xml, cassandra.driver",
    })
    void shouldNameVersionThatIsTested(String framework, String pom, String property) throws IOException {
        String tag = property + ".version>";
        String version = Files.readString(Markdown.ROOT.resolve(pom))
                .split("<" + tag)[1]
                .split("</" + tag)[0]
                .replace(".RELEASE", "");
        String row = Markdown.of("docs/frameworks.md")
                .text()
                .lines()
                .filter(line -> line.startsWith("| [" + framework + "]"))
                .findAny()
                .orElseThrow();
        assertTrue(row.split("\\|")[2].contains(version), () -> version + " is tested, but the table has: " + row);
    }

    private static String withoutIndentation(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
