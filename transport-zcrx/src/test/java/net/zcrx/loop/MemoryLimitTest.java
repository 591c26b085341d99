// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryLimitTest {
    private static final long NONE = Long.MAX_VALUE;

    @TempDir
    Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + '\n');
    }

    private long limit(String... memberships) {
        return MemoryLimit.of(root, List.of(memberships));
    }

    @Test
    void shouldBeThatOfVersion2() throws IOException {
        write("a.slice/memory.max", "max");
        write("a.slice/b.service/memory.max", "268435456");
        assertEquals(268435456, limit("0::/a.slice/b.service"));
        assertEquals(NONE, limit("0::/a.slice"));
        assertEquals(NONE, limit("0::/"));
    }

    @Test
    void shouldBeLowestOfThoseAround() throws IOException {
        write("pod/memory.max", "1000");
        write("pod/one/memory.max", "2000");
        assertEquals(1000, limit("0::/pod/one"));
    }

    @Test
    void shouldBeThatOfVersion1() throws IOException {
        write("memory/memory.limit_in_bytes", "9223372036854771712");
        write("memory/docker/memory.limit_in_bytes", "3000");
        assertEquals(3000, limit("5:cpu,cpuacct:/docker", "4:memory:/docker", "1:name=systemd:/", "0::/"));
        assertEquals(9223372036854771712L, limit("4:memory:/"));
    }

    /** The path is the host's, and the container's own cgroup is what is mounted. */
    @Test
    void shouldBeThatOfContainerWhosePathIsTheHosts() throws IOException {
        write("memory.max", "4000");
        assertEquals(4000, limit("0::/kubepods.slice/pod1.slice/cri-1.scope"));
        assertEquals(4000, limit("0::/../.."));
    }

    @Test
    void shouldBeNoneWhereNothingIsTold() {
        assertEquals(NONE, limit());
        assertEquals(NONE, limit("0::/"));
    }
}
