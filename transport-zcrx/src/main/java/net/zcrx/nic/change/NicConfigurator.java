// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.check.Refusals;

/**
 * Prepares a NIC for zero-copy receive, and undoes that: header split, its threshold, whether rules are taken, and the
 * table of RSS. Any thread; takes some milliseconds, and a NIC may lose its link for a moment.
 */
public final class NicConfigurator {
    private NicConfigurator() {}

    /**
     * Changes the settings that have to be changed, and notes their old values.
     *
     * @param queues the queues to be used, which RSS must leave alone
     * @return the changes, as commands that do the same; none if nothing had to be done
     * @throws NicException if there is no such interface or queue, or the NIC refuses; then nothing was changed
     */
    public static List<String> prepare(String interfaceName, Set<Integer> queues) throws NicException {
        return prepare(StateDirectory.find(), interfaceName, queues);
    }

    static List<String> prepare(StateDirectory directory, String interfaceName, Set<Integer> queues)
            throws NicException {
        return directory.locked(() -> {
            try (NicSession session = new NicSession(interfaceName)) {
                for (int queue : queues) {
                    Refusals.requireQueue(session.nic(), queue);
                }
                List<Change> changes = new ArrayList<>();
                for (NicSetting setting : NicSetting.values()) {
                    String before = setting.current(session.nic());
                    String after = setting.wanted(session.nic(), queues);
                    if (!before.equals(after)) {
                        changes.add(new Change(setting, before, after));
                    }
                }
                Path note = note(directory, interfaceName);
                Properties earlier = readNote(note);
                if (!changes.isEmpty()) {
                    writeNote(note, earlier, changes);
                }
                try {
                    return apply(session, changes);
                } catch (NicException e) {
                    restoreNote(note, earlier);
                    throw e;
                }
            }
        });
    }

    /**
     * Undoes the changes of {@link #prepare} since the machine was started.
     *
     * @return the changes, as commands that do the same; none if nothing was noted
     * @throws NicException if there is no such interface, or the NIC refuses, usually because a queue is in use
     */
    public static List<String> restore(String interfaceName) throws NicException {
        return restore(StateDirectory.find(), interfaceName);
    }

    static List<String> restore(StateDirectory directory, String interfaceName) throws NicException {
        return directory.locked(() -> {
            Path note = note(directory, interfaceName);
            Properties earlier = readNote(note);
            try (NicSession session = new NicSession(interfaceName)) {
                Deque<Change> changes = new ArrayDeque<>();
                for (NicSetting setting : NicSetting.values()) {
                    String before = earlier.getProperty(setting.name());
                    String now = setting.current(session.nic());
                    if (before != null && !before.equals(now)) {
                        // The last change is undone first.
                        changes.push(new Change(setting, now, before));
                    }
                }
                List<String> commands = apply(session, new ArrayList<>(changes));
                Files.deleteIfExists(note);
                return commands;
            }
        });
    }

    private record Change(NicSetting setting, String before, String after) {}

    /** Makes all of these changes, or none if one is refused; returns the commands that do the same. */
    private static List<String> apply(NicSession session, List<Change> changes) throws NicException {
        String name = session.nic().interfaceName();
        List<String> commands = new ArrayList<>();
        Deque<Change> done = new ArrayDeque<>();
        try {
            for (Change change : changes) {
                session.set(change.setting, change.after);
                done.push(change);
                commands.add(change.setting.command(name, change.after));
            }
            return commands;
        } catch (NicException e) {
            NicException refused = Refusals.refusedChange(name, e);
            for (Change change : done) {
                try {
                    session.set(change.setting, change.before);
                } catch (NicException again) {
                    refused.addSuppressed(again);
                }
            }
            throw refused;
        }
    }

    private static Path note(StateDirectory directory, String interfaceName) throws IOException {
        String namespace = SteeringRecord.currentNetworkNamespace().replaceAll("\\D", "");
        return directory.file("before-" + namespace + "-" + interfaceName);
    }

    /** The old values of settings that were changed since the machine was started; empty if none was. */
    private static Properties readNote(Path note) throws IOException {
        Properties earlier = Files.exists(note) ? StateDirectory.read(note) : new Properties();
        return OwnerProcess.currentBoot().equals(earlier.getProperty("boot")) ? earlier : new Properties();
    }

    private static void writeNote(Path note, Properties earlier, List<Change> changes) throws IOException {
        Properties properties = new Properties();
        properties.putAll(earlier);
        properties.setProperty("boot", OwnerProcess.currentBoot());
        for (Change change : changes) {
            properties.putIfAbsent(change.setting.name(), change.before);
        }
        StateDirectory.write(note, properties);
    }

    private static void restoreNote(Path note, Properties earlier) throws IOException {
        if (earlier.isEmpty()) {
            Files.deleteIfExists(note);
        } else {
            StateDirectory.write(note, earlier);
        }
    }
}
