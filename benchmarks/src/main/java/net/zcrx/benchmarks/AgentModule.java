// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that the build of the agent's module has made.
 *
 * @param jar the agent
 * @param classPath of the programs; nothing that the agent brings is on it
 */
record AgentModule(Path jar, String classPath) {
    /** How a program is started. */
    enum Way {
        EPOLL,
        AGENT
    }

    static AgentModule find(Home home) throws IOException, RunFailedException {
        Path target = home.module().resolveSibling("transport-zcrx-agent").resolve("target");
        Path jar = target.resolve("transport-zcrx-agent.jar");
        Path libraries = target.resolve("test.classpath");
        if (!Files.exists(jar) || !Files.exists(libraries)) {
            throw new RunFailedException("The agent or its programs are not in " + target
                    + ". Build them first: mvn -pl transport-zcrx-agent -am -DskipTests package");
        }
        return new AgentModule(jar, target.resolve("test-classes") + File.pathSeparator + Files.readString(libraries));
    }

    /** Returns the options for the JVM. */
    List<String> options(Way way) {
        return switch (way) {
            case EPOLL -> List.of();
            case AGENT -> List.of("-javaagent:" + jar + "=report");
        };
    }
}
