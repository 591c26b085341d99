// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.lang.instrument.Instrumentation;

/**
 * {@code java -javaagent:transport-zcrx-agent.jar[=OPTIONS] ...}: the channels that an application of Netty 4.2 runs on
 * epoll run on zcrx. {@link Options} has the options. Where that is not possible, the application runs as before, and
 * one line on standard error says why.
 */
public final class Agent {
    /** Set once an agent works in this JVM. */
    private static final String HERE = "net.zcrx.agent";

    private Agent() {}

    /** Called by the JVM before the application's {@code main}. */
    public static void premain(String argument, Instrumentation instrumentation) {
        try {
            start(argument, instrumentation);
        } catch (RuntimeException | Error e) {
            Console.warn("The agent could not start, and nothing is changed: " + e);
        }
    }

    private static void start(String argument, Instrumentation instrumentation) {
        if (System.getProperty(HERE) != null) {
            Console.warn("The agent is given twice. The first one works, this one does nothing.");
            return;
        }
        Options options = Options.of(argument, System.getenv(Options.ENVIRONMENT));
        for (String complaint : options.complaints()) {
            Console.warn(complaint);
        }
        String refusal = Machine.refusal(options.seccompAllows());
        if (refusal != null) {
            Console.warn(refusal + " Nothing is changed.");
            return;
        }
        System.setProperty(HERE, "here");
        options.publish();
        Loaders loaders = new Loaders(instrumentation, new Cargo(options.meters()));
        if (options.report()) {
            Runtime.getRuntime().addShutdownHook(new Thread(loaders::report, "zcrx-agent-report"));
        }
        instrumentation.addTransformer(new FacadeTransformer(loaders), false);
    }
}
