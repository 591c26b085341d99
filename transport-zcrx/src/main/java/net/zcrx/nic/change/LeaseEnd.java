// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;

/** Undoes a lease, however far it came: steps that were not done are not undone. Reports its steps as commands. */
final class LeaseEnd {
    private final LeaseNote note;
    private final List<LeaseNote> others;
    private final Consumer<String> commands;

    private LeaseEnd(LeaseNote note, List<LeaseNote> others, Consumer<String> commands) {
        this.note = note;
        this.others = others;
        this.commands = commands;
    }

    /**
     * Undoes it and deletes its note.
     *
     * @param notes of all leases; this one may be among them
     * @throws NicException if something was refused; the rest is undone, and the note is still there
     */
    static void undo(LeaseNote note, List<LeaseNote> notes, Consumer<String> commands)
            throws NicException, IOException {
        List<LeaseNote> others = new ArrayList<>(notes);
        others.removeIf(other -> other.file.equals(note.file));
        LeaseEnd end = new LeaseEnd(note, others, commands);
        NicException refusal = null;
        for (LeaseSteps.Action part :
                List.<LeaseSteps.Action>of(end::rules, end::container, end::netkit, end::forwarding, end::settings)) {
            try {
                part.run();
            } catch (NicException e) {
                if (refusal == null) {
                    refusal = e;
                } else {
                    refusal.addSuppressed(e);
                }
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        note.delete();
    }

    private void rules() throws NicException {
        try (NicSession session = nic()) {
            RuleTable table = session.rules();
            for (NicRule rule : table.rules()) {
                if (note.owns(rule.flow())) {
                    table.delete(List.of(rule.flow()));
                    commands.accept("ethtool -N " + note.interfaceName + " delete " + rule.location());
                }
            }
            if (note.context != 0) {
                table.deleteContext(note.context);
                commands.accept("ethtool -X " + note.interfaceName + " context " + note.context + " delete");
            }
        } catch (NicException e) {
            ignoreEndOfNic(e);
        }
    }

    /** @throws NicException with errno {@code ENODEV} if the NIC of the lease has gone, with rules and settings */
    private NicSession nic() throws NicException {
        NicSession session = new NicSession(note.interfaceName);
        if (session.nic().interfaceIndex() != note.interfaceIndex) {
            session.close();
            throw new NicException(note.interfaceName + " is another NIC now.", Errno.ENODEV);
        }
        return session;
    }

    private void container() {
        HostCommand rule = note.namespace.command(List.of(("ip " + (note.isIpv6() ? "-6 " : "") + "rule del from "
                        + note.address.getHostAddress() + " lookup " + note.routes())
                .split(" ")));
        if (note.namespace.isAlive() && rule.output().isPresent()) {
            commands.accept(rule.toString());
        }
    }

    /** The leases, the container's end, addresses and routes go with it. */
    private void netkit() throws NicException {
        if (note.isGone()) {
            return;
        }
        HostCommand delete = HostCommand.of("ip", "link", "del", note.hostEnd());
        try {
            delete.run();
            commands.accept(delete.toString());
        } catch (NicException e) {
            // It may have ended with its namespace meanwhile.
            if (!note.isGone()) {
                throw e;
            }
        }
    }

    private void forwarding() throws IOException {
        for (String name : List.copyOf(note.before.keySet())) {
            if (!name.startsWith("net.") || handOver(name, others)) {
                continue;
            }
            Files.writeString(LeaseSteps.sysctl(name), note.before.get(name));
            commands.accept("sysctl -w " + name + "=" + note.before.get(name));
        }
    }

    private void settings() throws NicException, IOException {
        List<LeaseNote> ofNic = others.stream()
                .filter(other -> other.interfaceName.equals(note.interfaceName))
                .toList();
        List<NicSetting> changed = new ArrayList<>(List.of(NicSetting.values()));
        // The last change is undone first.
        Collections.reverse(changed);
        changed.removeIf(setting -> !note.before.containsKey(setting.name()));
        if (changed.isEmpty()) {
            return;
        }
        try (NicSession session = nic()) {
            for (NicSetting setting : changed) {
                String before = note.before.get(setting.name());
                if (!handOver(setting.name(), ofNic) && !before.equals(setting.current(session.nic()))) {
                    session.set(setting, before);
                    commands.accept(setting.command(note.interfaceName, before));
                }
            }
        } catch (NicException e) {
            ignoreEndOfNic(Refusals.refusedChange(note.interfaceName, e));
        }
    }

    /** Another lease that needs the setting puts it back when it ends. */
    private boolean handOver(String setting, List<LeaseNote> heirs) throws IOException {
        Optional<LeaseNote> heir = heirs.stream().findFirst();
        if (heir.isPresent()) {
            // The older one knows how it was before both.
            if (note.order < heir.get().order) {
                heir.get().before.put(setting, note.before.get(setting));
            } else {
                heir.get().before.putIfAbsent(setting, note.before.get(setting));
            }
            heir.get().write();
        }
        return heir.isPresent();
    }

    private static void ignoreEndOfNic(NicException e) throws NicException {
        if (e.errno() != Errno.ENODEV) {
            throw e;
        }
    }
}
