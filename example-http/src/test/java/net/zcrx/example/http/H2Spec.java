// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** h2spec, a conformance suite for HTTP/2 that is independent of Netty. Its program comes in a jar. */
final class H2Spec {
    private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final int SECONDS = 300;

    private final Process process;
    private final Path report;
    private final Path output;

    private H2Spec(Process process, Path report, Path output) {
        this.process = process;
        this.report = report;
        this.output = output;
    }

    /** Unpacks the program to a directory and returns its path. */
    static Path unpack(Path directory) throws Exception {
        Path archive = directory.resolve("h2spec.tar.gz");
        try (InputStream in = H2Spec.class.getResourceAsStream(ARCHIVE)) {
            assertNotNull(in, ARCHIVE + " is not on the class path");
            Files.copy(in, archive);
        }
        Program.run("tar", List.of("tar", "xzf", archive.toString(), "-C", directory.toString()))
                .succeeded();
        return directory.resolve("h2spec");
    }

    /** Starts a run of all cases against a server; what it writes goes to a directory under the given name. */
    static H2Spec start(Path program, ServerProcess server, boolean tls, Path directory, String name) {
        Path report = directory.resolve(name + ".xml");
        Path output = directory.resolve(name + ".out");
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(server.port()),
                "--junit-report",
                report.toString()));
        if (tls) {
            command.addAll(List.of("--tls", "--insecure"));
        }
        return new H2Spec(Program.start("h2spec", command, output), report, output);
    }

    /** Waits for the end of the run: the cases by name, each with what went wrong or an empty text. */
    SortedMap<String, String> results() throws Exception {
        assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), () -> "h2spec does not end:\n" + output());
        assertTrue(Files.exists(report), () -> "h2spec has written no report:\n" + output());
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        SortedMap<String, String> results = new TreeMap<>();
        for (int i = 0; i < cases.getLength(); i++) {
            Element each = (Element) cases.item(i);
            // A case that passed is an element without content. Two cases share one name.
            results.merge(
                    each.getAttribute("package") + " - " + each.getAttribute("classname"),
                    each.getTextContent().strip(),
                    String::concat);
        }
        return results;
    }

    void stop() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
