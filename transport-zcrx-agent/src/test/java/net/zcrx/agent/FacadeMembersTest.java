// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares each facade with the class of Netty whose place it takes, so that a new Netty fails here and not in use. */
class FacadeMembersTest {
    private static final String EPOLL = "io.netty.channel.epoll.";

    private static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static boolean isFacades(String entry) {
        return entry.contains("transport-zcrx-agent-facades");
    }

    /** With the class path's entries, those first of which {@code first} says so. */
    private static URLClassLoader loader(List<String> entries) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : entries) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    private static URLClassLoader netty() throws IOException {
        return loader(classPath().stream().filter(entry -> !isFacades(entry)).toList());
    }

    private static URLClassLoader facades() throws IOException {
        return loader(Stream.concat(classPath().stream().filter(FacadeMembersTest::isFacades), classPath().stream())
                .toList());
    }

    /** The public types that are replaced, without those that are nested. */
    private static List<String> replaced() {
        List<String> names = new ArrayList<>(new Cargo(false)
                .facadeNames().stream().map(name -> name.replace('/', '.')).toList());
        assertFalse(names.isEmpty());
        return names;
    }

    /** As the constant pool names it: what a class of the application must find. */
    private static Set<String> members(Class<?> type, String owner) {
        Set<String> members = new TreeSet<>();
        for (Method method : type.getMethods()) {
            if (!method.isSynthetic() && method.getDeclaringClass() != Object.class) {
                members.add(owner
                        + '.'
                        + method.getName()
                        + ':'
                        + MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                                .toMethodDescriptorString());
            }
        }
        for (Constructor<?> constructor : type.getConstructors()) {
            members.add(owner + ".<init>:"
                    + MethodType.methodType(void.class, constructor.getParameterTypes())
                            .toMethodDescriptorString());
        }
        for (Field field : type.getFields()) {
            members.add(owner + '.' + field.getName() + ':' + field.getType().descriptorString());
        }
        return members;
    }

    /** Supertypes in epoll's package: those of Netty's class that the facade is none of. */
    private static Set<String> epollSupertypes(Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (Class<?> up = type.getSuperclass(); up != null; up = up.getSuperclass()) {
            if (up.getName().startsWith(EPOLL)) {
                names.add(up.getName().replace('.', '/'));
            }
        }
        return names;
    }

    @Test
    void shouldHaveAllMembersButThoseOnTheList() throws Exception {
        Set<String> missing = new TreeSet<>();
        try (URLClassLoader netty = netty();
                URLClassLoader facades = facades()) {
            for (String name : replaced()) {
                Class<?> original = Class.forName(name, false, netty);
                if (!Modifier.isPublic(original.getModifiers())) {
                    continue;
                }
                Class<?> facade = Class.forName(name, false, facades);
                String owner = name.replace('.', '/');
                Set<String> members = members(original, owner);
                // With bridges: a result of a wider type is found by them.
                members.removeAll(allMembers(facade, owner));
                missing.addAll(members);
                missing.addAll(epollSupertypes(original));
                missing.removeAll(epollSupertypes(facade));
            }
        }
        assertEquals(
                String.join("\n", missing),
                String.join("\n", Cargo.lines("unserved.txt")),
                "src/main/resources/META-INF/zcrx-agent/unserved.txt must list what the facades lack");
    }

    private static Set<String> allMembers(Class<?> type, String owner) {
        Set<String> members = members(type, owner);
        for (Method method : type.getMethods()) {
            members.add(owner
                    + '.'
                    + method.getName()
                    + ':'
                    + MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                            .toMethodDescriptorString());
        }
        return members;
    }

    /** Only names that Netty has are defined where it is a module, as nothing else can come into its package. */
    @Test
    void shouldTakePlaceOfExistingClassesOnly() throws Exception {
        try (URLClassLoader netty = netty()) {
            for (String name : replaced()) {
                assertEquals(name, Class.forName(name, false, netty).getName());
            }
        }
    }

    @Test
    void shouldKeepModifiersOfTypes() throws Exception {
        try (URLClassLoader netty = netty();
                URLClassLoader facades = facades()) {
            for (String name : replaced()) {
                Class<?> original = Class.forName(name, false, netty);
                Class<?> facade = Class.forName(name, false, facades);
                assertEquals(
                        Modifier.toString(original.getModifiers()), Modifier.toString(facade.getModifiers()), name);
                Set<Class<?>> lost = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
                lost.addAll(Arrays.asList(original.getInterfaces()));
                lost.removeIf(type -> isOne(facade, type.getName()));
                assertEquals(Set.of(), lost, name);
            }
        }
    }

    private static boolean isOne(Class<?> type, String name) {
        for (Class<?> up = type; up != null; up = up.getSuperclass()) {
            if (up.getName().equals(name) || Arrays.stream(up.getInterfaces()).anyMatch(i -> isOne(i, name))) {
                return true;
            }
        }
        return false;
    }
}
