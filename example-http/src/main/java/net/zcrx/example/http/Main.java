// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit status 0: stopped; 1: could not run; 2: wrong options. */
@Command(
        name = "example-http",
        description = "An HTTP server: POST /echo, PUT, GET and DELETE /objects/<name>, GET /metrics, GET / to watch.",
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        sortOptions = false)
final class Main implements Callable<Integer> {
    static final int DISK_THREADS = 4;
    private static final int MAX_THREADS = 1024;
    private static final Path DEFAULT_DATA_DIR = Path.of("zcrx-objects");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--transport",
            description = "zcrx, io_uring, epoll or nio. Default: the first of them that works here.")
    private TransportName transportName;

    @ArgGroup(validate = false, heading = "The zcrx transport:%n")
    private ZcrxOptions zcrx = new ZcrxOptions();

    @Option(names = "--host", description = "Address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "0.0.0.0";

    @Option(names = "--port", description = "TCP port, 0 for any. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Option(
            names = "--threads",
            description = "Event loops. Default: one for each queue of --queue, else one for each processor.")
    private Integer threads;

    @Option(
            names = "--data-dir",
            description = "Where objects are stored. Default: zcrx-objects; if that cannot be written to, a new folder"
                    + " among the temporary ones.")
    private Path dataDir;

    @Option(names = "--durable", description = "Answer to PUT and DELETE when what they did survives a loss of power.")
    private boolean durable;

    @Option(names = "--max-object-bytes", description = "The largest object accepted. Default: ${DEFAULT-VALUE}.")
    private long maxObjectBytes = 1L << 30;

    @Option(
            names = "--idle-timeout",
            description = "Seconds after which a silent client is given up. Default: ${DEFAULT-VALUE}.")
    private int idleTimeoutSeconds = 30;

    @ArgGroup(validate = false, heading = "TLS, with HTTP/2 by ALPN:%n")
    private TlsOptions tls = new TlsOptions();

    private Main() {}

    public static void main(String[] args) {
        CommandLine commandLine = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::wrongOptions);
        int status = commandLine.execute(args);
        // After SIGTERM the process is ending, and the signal sets its status.
        if (status != 0) {
            System.exit(status);
        }
    }

    private static int wrongOptions(ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println(e.getMessage());
        err.println("See --help.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public Integer call() throws InterruptedException {
        validate();
        try {
            serve();
            return CommandLine.ExitCode.OK;
        } catch (ServerException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(e.getMessage());
            err.flush();
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void validate() {
        require(port >= 0 && port <= 65535, "--port must be from 0 to 65535, not " + port + ".");
        require(
                threads == null || (threads >= 1 && threads <= MAX_THREADS),
                "--threads must be from 1 to " + MAX_THREADS + ", not " + threads + ".");
        require(maxObjectBytes >= 1, "--max-object-bytes must be at least 1, not " + maxObjectBytes + ".");
        require(idleTimeoutSeconds >= 1, "--idle-timeout must be at least 1 second, not " + idleTimeoutSeconds + ".");
        String complaint = tls.complaint();
        require(complaint == null, complaint);
        complaint = zcrx.complaint(transportName);
        require(complaint == null, complaint);
        require(
                threads == null || threads >= zcrx.queueCount(),
                "Every queue needs an event loop: --threads must be " + zcrx.queueCount() + " or more, not " + threads
                        + ".");
    }

    private void require(boolean condition, String sentence) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }

    private void serve() throws ServerException, InterruptedException {
        ServerConfig config =
                new ServerConfig(host, port, maxObjectBytes, Duration.ofSeconds(idleTimeoutSeconds), tls.context(host));
        ObjectStore store = openStore();
        LongAdder heldBodyBuffers = new LongAdder();
        PrintWriter out = spec.commandLine().getOut();
        Transport transport = openTransport(new Transports(threadCount(), zcrx.config(), heldBodyBuffers::sum));
        HttpServer server;
        try {
            server = HttpServer.start(config, transport, store, new ServerMetrics(transport, heldBodyBuffers));
        } catch (ServerException e) {
            transport.group().shutdownGracefully();
            store.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
        out.println("listening on " + (tls.wanted() ? "https://" : "http://") + hostAndPort(server) + "/ port "
                + server.address().getPort() + " transport=" + transport.name() + mode(transport));
        out.flush();
        server.awaitClose();
    }

    private ObjectStore openStore() throws ServerException {
        if (dataDir != null) {
            return ObjectStore.open(dataDir, DISK_THREADS, durable);
        }
        try {
            return ObjectStore.open(DEFAULT_DATA_DIR, DISK_THREADS, durable);
        } catch (ServerException e) {
            // As in a container whose root is read-only.
            Path temporary = temporaryDataDir(e);
            PrintWriter err = spec.commandLine().getErr();
            err.println(e.getMessage() + " Until then objects are in " + temporary + ".");
            err.flush();
            return ObjectStore.open(temporary, DISK_THREADS, durable);
        }
    }

    private static Path temporaryDataDir(ServerException refusal) throws ServerException {
        try {
            return Files.createTempDirectory(DEFAULT_DATA_DIR + "-");
        } catch (IOException e) {
            throw refusal;
        }
    }

    /** The other transports have no modes. */
    private static String mode(Transport transport) {
        return transport.name().equals(TransportName.ZCRX.toString())
                ? " mode=" + transport.stats().mode()
                : "";
    }

    private int threadCount() {
        if (threads != null) {
            return threads;
        }
        return zcrx.queueCount() > 0 ? zcrx.queueCount() : Runtime.getRuntime().availableProcessors();
    }

    private Transport openTransport(Transports transports) throws ServerException {
        if (transportName != null) {
            return transports.open(transportName);
        }
        if (zcrx.isMust()) {
            return transports.open(TransportName.ZCRX);
        }
        PrintWriter err = spec.commandLine().getErr();
        Transport transport = transports.openBest(err);
        err.flush();
        return transport;
    }

    private String hostAndPort(HttpServer server) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.address().getPort();
    }
}
