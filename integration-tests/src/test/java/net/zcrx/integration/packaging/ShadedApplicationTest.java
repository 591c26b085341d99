// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import net.zcrx.servers.Program;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applications that the build has packed with maven-shade: each one jar, with copies under names of its own. */
class ShadedApplicationTest {
    @ParameterizedTest
    @CsvSource({
        "all-relocated, com.example.echo.own_copies.net.zcrx.ZcrxSocketChannel, io/netty/ net/zcrx/ org/jctools/",
        "netty-relocated, net.zcrx.ZcrxSocketChannel, io/netty/",
    })
    void shouldEcho(String name, String channel, String absent) throws Exception {
        Path jar = Path.of(System.getProperty("basedir"), "target", "shaded", name + ".jar");
        for (String prefix : absent.split(" ")) {
            assertEquals(List.of(), entries(jar, prefix));
        }
        String said = Program.java("-cp", jar.toString(), "com.example.echo.EchoProgram");
        assertTrue(said.contains("Echoed in mode COPY by " + channel + System.lineSeparator()), said);
    }

    private static List<String> entries(Path jar, String prefix) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        }
    }
}
