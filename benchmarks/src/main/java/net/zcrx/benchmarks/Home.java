// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The directory in which the build has put its files. */
public final class Home {
    private final Path target;

    private Home(Path target) {
        this.target = target;
    }

    /** The folder that this class was built into, as a jar or as classes. */
    public static Home find() {
        try {
            return new Home(Path.of(Home.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath()
                    .getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The load generator. */
    public Path load() {
        return target.resolve("load");
    }

    /** Returns the class path of this process, and of every server on Netty 4.2. */
    public String classPath() {
        return System.getProperty("java.class.path");
    }

    String incubatorClassPath() {
        return target.resolve("incubator-classes") + File.pathSeparator + target.resolve("incubator-lib") + "/*";
    }

    Path module() {
        return target.getParent();
    }

    public Path target() {
        return target;
    }
}
