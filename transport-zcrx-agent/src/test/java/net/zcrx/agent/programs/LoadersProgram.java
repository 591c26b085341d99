// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program in several class loaders, as a server of applications does: each has a Netty of its own. */
public final class LoadersProgram {
    private LoadersProgram() {}

    /** @param arguments the class, and for each loader its class path */
    public static void main(String[] arguments) throws Exception {
        for (int i = 1; i < arguments.length; i++) {
            List<URL> urls = new ArrayList<>();
            for (String entry : arguments[i].split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            // Open until the end: the report is of both.
            URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
            Class<?> program = Class.forName(arguments[0], true, loader);
            program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }
}
