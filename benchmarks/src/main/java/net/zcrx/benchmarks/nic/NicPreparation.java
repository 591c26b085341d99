// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.zcrx.benchmarks.Home;
import net.zcrx.benchmarks.Processes;
import net.zcrx.benchmarks.Undoing;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.change.NicConfigurator;
import net.zcrx.nic.check.ZeroCopyCheck;

/** Sets the NIC up for zero copy, and back. */
final class NicPreparation {
    private static final int DOCTOR_SECONDS = 120;

    private NicPreparation() {}

    /**
     * Header split, rules, and RSS without the queues.
     *
     * @return the changes, as commands
     * @throws IOException if the NIC cannot do it, or root is missing; a sentence. Then nothing was changed
     */
    static List<String> prepare(Settings settings, Undoing undoing) throws IOException {
        String name = settings.interfaceName();
        Set<Integer> queues = new TreeSet<>(settings.queues());
        NicSnapshot before = NicInspector.inspect(name);
        List<String> commands = new ArrayList<>();
        undoing.change("The settings of " + name, () -> commands.addAll(NicConfigurator.prepare(name, queues)), () -> {
            // Where nothing had to be done, a note belongs to another program.
            if (!commands.isEmpty()) {
                restore(before, queues);
            }
        });
        return commands;
    }

    private static void restore(NicSnapshot before, Set<Integer> queues) throws IOException {
        String name = before.interfaceName();
        for (int queue : queues) {
            ZeroCopyCheck.awaitRelease(name, queue);
        }
        NicConfigurator.restore(name);
        NicSnapshot now = NicInspector.inspect(name);
        for (NicSetting setting : NicSetting.values()) {
            if (!setting.current(now).equals(setting.current(before))) {
                throw new IOException("what ./zcrx doctor --fix had changed earlier is undone as well. Run it again.");
            }
        }
    }

    /**
     * Returns the doctor's findings, in its own JSON. It is run as a program of its own.
     *
     * @throws IOException if it does not end, or says something else
     */
    static JsonElement doctor(Settings settings) throws IOException {
        List<String> command = List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Home.find().classPath(),
                "net.zcrx.doctor.Doctor",
                settings.interfaceName(),
                "--queue",
                settings.queues().get(0).toString(),
                "--json");
        Process doctor = Processes.start(command, Redirect.DISCARD, DOCTOR_SECONDS);
        String said = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            // A logger may write to the same place before.
            return JsonParser.parseString(said.substring(Math.max(0, said.indexOf('{'))));
        } catch (JsonParseException e) {
            throw new IOException("The doctor said no JSON but: " + said.trim(), e);
        }
    }
}
