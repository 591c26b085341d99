// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;

/** The path on which a class loader looks for classes, without those of its parents; a jar can be added to it. */
final class LoaderPath {
    private final ClassLoader loader;
    private final Instrumentation instrumentation;

    LoaderPath(ClassLoader loader, Instrumentation instrumentation) {
        this.loader = loader;
        this.instrumentation = instrumentation;
    }

    /** Whether {@link #add} can work: the application's own class path, and loaders of URLs such as Spring Boot's. */
    boolean isOpen() {
        return loader == ClassLoader.getSystemClassLoader() || loader instanceof URLClassLoader;
    }

    URL resource(String name) {
        return loader instanceof URLClassLoader urls ? urls.findResource(name) : loader.getResource(name);
    }

    List<URL> resources(String name) throws IOException {
        return Collections.list(
                loader instanceof URLClassLoader urls ? urls.findResources(name) : loader.getResources(name));
    }

    void add(Path jar) throws IOException, ReflectiveOperationException {
        if (loader == ClassLoader.getSystemClassLoader()) {
            // Open as long as the JVM.
            instrumentation.appendToSystemClassLoaderSearch(new JarFile(jar.toFile()));
            return;
        }
        open(URLClassLoader.class.getModule(), "java.net");
        Method addUrl = URLClassLoader.class.getDeclaredMethod("addURL", URL.class);
        addUrl.setAccessible(true);
        addUrl.invoke(loader, jar.toUri().toURL());
    }

    private void open(Module module, String packageName) {
        Set<Module> us = Set.of(LoaderPath.class.getModule());
        instrumentation.redefineModule(module, Set.of(), Map.of(), Map.of(packageName, us), Set.of(), Map.of());
    }
}
