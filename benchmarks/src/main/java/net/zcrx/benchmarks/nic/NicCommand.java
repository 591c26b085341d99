// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of both sides. */
@Command(
        name = "nic",
        description = "Zero copy on a real NIC, by two machines; docs/hardware.md has the steps.",
        footer = {
            "",
            "On the server: nic --interface eth0:4-7 --listen   (root; queues 4 to 7 of eth0)",
            "On the client: nic --load HOST   (root, if the MTU is to be changed there)",
            "",
            "The NIC's settings are changed while it is measured, and put back. An",
            "interface without queues, as lo, is measured as it is, without zero copy."
        })
public final class NicCommand implements Callable<Integer> {
    /** The port of the control connection. */
    static final int PORT = 7600;

    private static final int MOST_PORT = 65_533;
    private static final int LISTEN_SECONDS = 600;
    private static final int LOAD_SECONDS = 10;
    private static final DateTimeFormatter NOW = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Spec
    private CommandSpec spec;

    @Option(names = "--listen", description = "Be the server: wait for a client, set the NIC up, measure.")
    private boolean listen;

    @Option(names = "--load", paramLabel = "HOST", description = "Be the client of the server at this IPv4 address.")
    private String load;

    @Option(
            names = "--interface",
            paramLabel = "NIC[:QUEUES]",
            description = "The server's NIC and its queues, as eth0:4 or eth0:4-7.")
    private String interfaceQueues;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + PORT,
            description = "Of the server; the next two are for the data (${DEFAULT-VALUE}; 0: any).")
    private int port;

    @Option(
            names = "--transports",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "epoll,io_uring,io_uring-ring,zcrx-copy,zcrx",
            description = "Which to measure (${DEFAULT-VALUE}).")
    private List<String> transports;

    @Option(
            names = "--buffers",
            split = ",",
            paramLabel = "BYTES",
            defaultValue = "4096,16384,65536",
            description = "What the NIC takes of zcrx's memory at a time (${DEFAULT-VALUE}).")
    private List<Integer> buffers;

    @Option(
            names = "--mtus",
            split = ",",
            paramLabel = "BYTES",
            defaultValue = "1500,9000",
            description = "Of both sides (${DEFAULT-VALUE}).")
    private List<Integer> mtus;

    @Option(
            names = "--flows",
            paramLabel = "N",
            defaultValue = "1",
            description = "Long flows per queue (${DEFAULT-VALUE}).")
    private int flows;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each case is measured (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "3",
            description = "Seconds of load before a measurement (${DEFAULT-VALUE}).")
    private double warmup;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Length of a measurement (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--check-mib",
            paramLabel = "N",
            defaultValue = "64",
            description = "MiB that are compared before each measurement (${DEFAULT-VALUE}).")
    private int checkMib;

    @Option(
            names = "--softirq-cpus",
            paramLabel = "LIST",
            defaultValue = "",
            description = "Processors that the softirqs run on, one for each queue (those of the interrupts).")
    private String softirqCpus;

    @Option(
            names = "--load-cpus",
            paramLabel = "LIST",
            defaultValue = "",
            description = "Processors of the client's load generator (any).")
    private String loadCpus;

    @Option(
            names = "--wait",
            paramLabel = "S",
            description = "How long to wait for the other side (" + LISTEN_SECONDS + " for a client, " + LOAD_SECONDS
                    + " for a server).")
    private Integer wait;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where the server writes its file (bench-nic-NIC-TIME.json here).")
    private Path json;

    @Override
    public Integer call() {
        if (listen == (load != null)) {
            throw wrong("Say which side this is: --listen for the server, --load HOST for the client.");
        }
        try {
            return (listen ? listen() : load()) ? 0 : 1;
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void require(boolean right, String sentence) {
        if (!right) {
            throw wrong(sentence);
        }
    }

    private boolean listen() throws IOException {
        Settings settings = settings();
        Path file = json == null
                ? Path.of("bench-nic-" + settings.interfaceName() + '-'
                        + LocalDateTime.now().format(NOW) + ".json")
                : json;
        Path folder = file.toAbsolutePath().getParent();
        require(Files.isWritable(folder), "--json: nothing can be written to " + folder + '.');
        return new NicServer(settings, file, System.out, System.err).run();
    }

    private Settings settings() {
        require(interfaceQueues != null, "--listen needs --interface NIC:QUEUES, as eth0:4-7.");
        require(port >= 0 && port <= MOST_PORT, "--port is from 0 to " + MOST_PORT + ", not " + port + '.');
        require(flows > 0 && rounds > 0 && checkMib > 0, "--flows, --rounds and --check-mib are at least 1.");
        require(seconds > 0 && warmup >= 0, "--seconds is more than 0, and --warmup at least 0.");
        require(mtus.stream().allMatch(mtu -> mtu > 0), "--mtus are sizes in bytes, as 1500,9000.");
        for (int bytes : buffers) {
            require(
                    bytes >= 4096 && bytes <= 1 << 20 && Integer.bitCount(bytes) == 1,
                    "--buffers are powers of two from 4096 to 1048576, not " + bytes + '.');
        }
        try {
            Candidate.of(transports, buffers);
            if (!softirqCpus.isEmpty()) {
                Processors.parse(softirqCpus);
            }
            Settings.Queues queues = Settings.Queues.parse(interfaceQueues);
            return new Settings(
                    queues.interfaceName(),
                    queues.numbers(),
                    port,
                    transports,
                    buffers,
                    mtus,
                    flows,
                    rounds,
                    warmup,
                    seconds,
                    (long) checkMib << 20,
                    softirqCpus,
                    wait == null ? LISTEN_SECONDS : wait);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private boolean load() throws IOException {
        require(port > 0 && port <= 65_535, "--port is from 1 to 65535, not " + port + '.');
        for (String option : List.of("--interface", "--json", "--mtus", "--transports", "--rounds", "--seconds")) {
            require(
                    !spec.commandLine().getParseResult().hasMatchedOption(option),
                    option + " is the server's: give it there.");
        }
        List<InetAddress> addresses = new ArrayList<>();
        try {
            addresses.addAll(Arrays.asList(InetAddress.getAllByName(load)));
        } catch (UnknownHostException e) {
            throw wrong("There is no host " + load + '.');
        }
        InetAddress server = addresses.stream()
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElseThrow(() -> wrong(load + " has no IPv4 address, and the load generator knows no other."));
        return new NicClient(
                        new InetSocketAddress(server, port),
                        wait == null ? LOAD_SECONDS : wait,
                        loadCpus,
                        System.out,
                        System.err)
                .run();
    }
}
