// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.NativeLibraryLoader;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;
import java.nio.ByteBuffer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why a native library was not loaded. Any thread. */
public final class LoadFailure {
    private LoadFailure() {}

    /** Why Netty's library was not loaded, or classes of Netty are missing; {@code null} if it was. */
    public static Throwable ofNetty() {
        try {
            // Loads the library; the cause that IoUring gives itself is about more than that.
            Throwable cause = IoUring.unavailabilityCause();
            ByteBuffer memory = ByteBuffer.allocateDirect(1);
            try {
                Buffer.wrapMemoryAddress(Buffer.memoryAddress(memory), 1);
                return null;
            } catch (UnsatisfiedLinkError e) {
                return cause == null ? e : cause;
            }
        } catch (LinkageError e) {
            return e;
        }
    }

    /**
     * @param artifact that has the library
     * @return a sentence that says what to do
     */
    public static String sentence(String artifact, Throwable failure) {
        String said = all(failure).map(Throwable::toString).collect(Collectors.joining("\n"));
        String what = "The native library of " + artifact + " could not be loaded: ";
        if (said.contains(IllegalCallerException.class.getName())) {
            return what + "Java was started with --illegal-native-access=deny. Add --enable-native-access="
                    + nativeModules();
        }
        if (said.contains("No space left") || said.contains("quota exceeded")) {
            return what + "there is no room to unpack it in " + folder();
        }
        if (said.contains("failed to map segment") || said.contains("Operation not permitted")) {
            return what + "nothing can be executed that lies in " + folder();
        }
        if (said.contains("Read-only file system")
                || said.contains("Permission denied")
                || said.contains("AccessDeniedException")
                || said.contains("NoSuchFileException")
                || said.contains("java.io.IOException: No such file")) {
            return what + "it cannot be unpacked into " + folder();
        }
        if (said.contains("cannot open shared object file") || said.contains("not found (required by")) {
            return what + lastMessage(failure) + ". Install what is missing in this "
                    + (Container.isInside() ? "image." : "system.");
        }
        if (said.contains("FileNotFoundException: META-INF/native")) {
            return what + "it is not on the class path. Put the jar " + artifact + " for "
                    + PlatformDependent.normalizedArch() + " there.";
        }
        return what + lastMessage(failure) + ". Put the jar " + artifact + " on the class path, for "
                + PlatformDependent.normalizedArch() + " and of the same version as the classes that it belongs to.";
    }

    /** Returns the failure, its causes and the exceptions that they suppress. */
    private static Stream<Throwable> all(Throwable failure) {
        return failure == null
                ? Stream.empty()
                : Stream.concat(
                        Stream.of(failure),
                        Stream.concat(
                                        Stream.of(failure.getSuppressed()),
                                        Stream.of(failure).map(Throwable::getCause))
                                .flatMap(LoadFailure::all));
    }

    private static String lastMessage(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    private static String folder() {
        String configured = SystemPropertyUtil.get("io.netty.native.workdir");
        return (configured == null ? PlatformDependent.tmpdir() : configured)
                + Container.text(
                        ". Name a folder that can be written and executed from with -Dio.netty.native.workdir, or one"
                                + " that has the libraries, unpacked from META-INF/native of their jars, with"
                                + " -Djava.library.path.",
                        inImage("--tmpfs FOLDER:exec"),
                        inImage("a volume of type emptyDir"));
    }

    private static String inImage(String folder) {
        return ". Unpack the libraries (META-INF/native of their jars) when the image is built, and name their folder"
                + " with -Djava.library.path; or mount a folder that can be written and executed from (" + folder
                + ") and name it with -Dio.netty.native.workdir.";
    }

    /** The modules that load libraries and declare native methods. */
    private static String nativeModules() {
        return Stream.of(NativeLibraryLoader.class, Buffer.class, IoUringIoHandler.class, LoadFailure.class)
                .map(Class::getModule)
                .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
                .distinct()
                .collect(Collectors.joining(","));
    }
}
