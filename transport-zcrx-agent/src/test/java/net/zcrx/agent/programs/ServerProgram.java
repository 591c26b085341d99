// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

/**
 * A server and a client of a framework: both in one process, or with {@code server PORT} the server alone, until its
 * standard input ends. {@code ./zcrx bench agent} measures it so, by these routes:
 *
 * <ul>
 *   <li>{@code POST /echo} answers with the body.
 *   <li>{@code POST /upload} reads the body as it comes, and answers with the number of its bytes.
 * </ul>
 */
interface ServerProgram {
    String HOST = "127.0.0.1";
    String ECHO = "/echo";
    String UPLOAD = "/upload";

    /** Listens on this port, or on any one for 0; returns which. */
    int start(int port) throws Exception;

    /** Sends the bytes to the server, by the framework's client if it has one; returns the answer. */
    byte[] exchange(int port, byte[] bytes) throws Exception;

    void stop() throws Exception;

    static void run(ServerProgram program, String[] arguments) throws Exception {
        boolean isAlone = arguments.length > 0;
        int port = program.start(isAlone ? Integer.parseInt(arguments[1]) : 0);
        if (isAlone) {
            System.out.println("listening");
            System.in.readAllBytes();
            program.stop();
            return;
        }
        byte[] bytes = Bytes.random();
        byte[] answer = program.exchange(port, bytes);
        program.stop();
        Bytes.compare(bytes, answer);
    }
}
