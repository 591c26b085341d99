// SPDX-License-Identifier: Apache-2.0
package net.zcrx.availability;

import io.netty.util.internal.SystemPropertyUtil;
import java.util.function.Supplier;

/**
 * Why the transport does not work here: one cause, one sentence, one remedy. If all passes here, nothing may end in an
 * {@link Error} later. This class itself links without Netty, because a missing Netty is a cause like others.
 */
public final class Availability {
    private static final String NO_NATIVE = "io.netty.transport.noNative";

    private Availability() {}

    /**
     * Returns why the transport does not work.
     *
     * @param trial tries everything that may fail to link
     * @return {@code null} if all works
     */
    public static Throwable cause(Supplier<Throwable> trial) {
        try {
            if (!Flags.isEnabled()) {
                return switchedOff("This transport was", Flags.ENABLED + "=false");
            }
            return SystemPropertyUtil.getBoolean(NO_NATIVE, false)
                    ? switchedOff("Native transports were", NO_NATIVE + "=true")
                    : trial.get();
        } catch (LinkageError e) {
            return new IllegalStateException(linkage(e), e);
        } catch (Flags.WrongValueException e) {
            return e;
        } catch (Throwable e) {
            return new IllegalStateException(
                    "The transport could not be tried: " + e + ". Please report it to the project.", e);
        }
    }

    private static Throwable switchedOff(String what, String flag) {
        return new UnsupportedOperationException(what + " switched off by -D" + flag + ". Remove it to use this one.");
    }

    /** Returns a sentence that says what to do about classes that are missing or do not fit. */
    static String linkage(LinkageError e) {
        NettyVersions netty = NettyVersions.find();
        String refusal = netty.refusal();
        if (refusal != null) {
            return refusal;
        }
        // A class that is missing is named with slashes, and nothing else is said.
        String name = String.valueOf(e.getMessage());
        if (e instanceof NoClassDefFoundError && name.matches("[\\w/$]+")) {
            return "The class " + name.replace('/', '.') + " is missing. Put " + artifact(name)
                    + " on the class path; it comes along if you depend on net.zcrx:transport-zcrx and exclude nothing"
                    + " (java -jar takes no other jar: use -cp).";
        }
        return "Classes of Netty and zcrx do not fit to each other (" + e + "). " + netty.needed();
    }

    private static String artifact(String className) {
        if (className.contains("org/jctools/")) {
            return "org.jctools:jctools-core";
        }
        if (className.contains("io/netty/channel/uring/")) {
            return "io.netty:netty-transport-classes-io_uring";
        }
        if (className.contains("io/netty/channel/unix/")) {
            return "io.netty:netty-transport-native-unix-common";
        }
        return className.contains("io/netty/") ? "Netty " + NettyVersions.OLDEST + " or later" : "the jar that has it";
    }
}
