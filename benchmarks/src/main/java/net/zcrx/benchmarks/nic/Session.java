// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.benchmarks.Machine;
import net.zcrx.benchmarks.RunFailedException;
import net.zcrx.benchmarks.Undoing;
import net.zcrx.benchmarks.nic.NicResults.CaseResult;
import net.zcrx.nic.NicException;

/** All cases with one client. A case that is not available becomes a note, and the rest is measured. */
final class Session {
    private static final int GREETING_SECONDS = 60;
    private static final int MTU_SECONDS = 60;
    /** An MTU that is left alone. */
    private static final int AS_IT_IS = 0;

    private final Settings settings;
    private final Control control;
    private final Undoing undoing;
    private final Path json;
    private final PrintStream progress;
    private final Ethtool ethtool;
    private final Mtu mtu;
    private final Machine machine;
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<CaseResult> runs = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private Greeting greeting;
    private NicFacts nic;
    private JsonElement doctor;
    private int mtuBefore;
    private Map<String, List<String>> nicSettings = Map.of();
    private Map<String, Long> countersBefore = Map.of();
    private final Rules rules;
    /** The queues that the NIC was set up for. */
    private List<Integer> queues = List.of();

    private int total;

    Session(Settings settings, Control control, Undoing undoing, Path json, PrintStream progress) throws IOException {
        this.settings = settings;
        this.control = control;
        this.undoing = undoing;
        this.json = json;
        this.progress = progress;
        ethtool = new Ethtool(settings.interfaceName());
        mtu = new Mtu(settings.interfaceName(), undoing);
        machine = Machine.describe(Machine.congestionControl());
        rules = new Rules(settings.interfaceName(), this::note);
        nic = NicFacts.unknown(settings.interfaceName());
    }

    /**
     * Measures everything; the file is written after each case.
     *
     * @throws PeerException if the client goes away; values that were measured before are in the file
     */
    NicResults run() throws IOException {
        try {
            greeting = control.receive(Greeting.class, GREETING_SECONDS, "what the client is");
            List<Candidate> candidates = prepare();
            examine();
            measureAll(layouts(), candidates);
            return write();
        } catch (PeerException e) {
            notes.add(e.getMessage());
            write();
            throw new PeerException(e.getMessage() + " What was measured before is in " + json + '.');
        }
    }

    private void note(String sentence) {
        if (notes.add(sentence)) {
            progress.println(sentence);
        }
    }

    /** Sets the NIC up; returns the transports that can be measured then. */
    private List<Candidate> prepare() throws IOException {
        List<Candidate> candidates = Candidate.of(settings.transports(), settings.buffers());
        if (settings.queues().isEmpty()) {
            note(settings.interfaceName() + " is measured as it is, for no queues of it were named: nothing is set up,"
                    + " and zero copy is not measured.");
            return copying(candidates);
        }
        try {
            changes.addAll(NicPreparation.prepare(settings, undoing));
            queues = settings.queues();
        } catch (NicException e) {
            note("Zero copy is not measured, and nothing is steered to the queues: " + e.getMessage());
            return copying(candidates);
        }
        undoing.change("The rules of " + settings.interfaceName(), () -> {}, rules::remove);
        return withBuffers(candidates);
    }

    private static List<Candidate> copying(List<Candidate> candidates) {
        return candidates.stream().filter(each -> !each.zeroCopy()).toList();
    }

    /** Returns the candidates without those whose buffers the NIC refuses. */
    private List<Candidate> withBuffers(List<Candidate> candidates) {
        if (candidates.stream().noneMatch(each -> each.bufferBytes() > 0)) {
            return candidates;
        }
        try {
            HugePages.provide(new ZcrxIoHandlerConfig().queueAreaBytes() * queues.size(), undoing);
            return candidates;
        } catch (IOException e) {
            note(e.getMessage());
            return candidates.stream().filter(each -> each.bufferBytes() == 0).toList();
        }
    }

    /** Examines the NICs before the measurement. */
    private void examine() throws IOException {
        mtuBefore = mtu.current();
        try {
            nic = ethtool.facts();
            nicSettings = ethtool.allSettings();
            countersBefore = ethtool.counters();
        } catch (IOException e) {
            note("Not all is known of " + settings.interfaceName() + ": " + e.getMessage());
        }
        if (!settings.queues().isEmpty()) {
            try {
                doctor = NicPreparation.doctor(settings);
                progress.println(
                        "The doctor: " + doctor.getAsJsonObject().get("verdict").getAsString());
            } catch (IOException | IllegalStateException e) {
                note("The doctor failed: " + e.getMessage());
            }
        }
    }

    /** The layouts that each set of queues can have. */
    private Map<List<Integer>, List<Layout>> layouts() throws IOException {
        Map<List<Integer>, List<Layout>> all = new LinkedHashMap<>();
        for (List<Integer> set : Schedule.queueSets(queues)) {
            List<Layout> possible = new ArrayList<>();
            if (!set.isEmpty() || !settings.softirqCpus().isEmpty()) {
                for (Layout layout : List.of(Layout.ONE_CORE, Layout.SPLIT_CORES)) {
                    try {
                        placing(layout, set);
                        possible.add(layout);
                    } catch (Processors.UnknownException e) {
                        note(e.getMessage());
                    }
                }
            }
            all.put(set, possible.isEmpty() ? List.of(Layout.SOFTIRQ_UNKNOWN) : possible);
        }
        return all;
    }

    private Placing placing(Layout layout, List<Integer> set) throws IOException {
        return Placing.of(layout, settings.interfaceName(), set, settings.softirqCpus());
    }

    private void measureAll(Map<List<Integer>, List<Layout>> layouts, List<Candidate> candidates) throws IOException {
        // Without queues the NIC is left as it is.
        List<Integer> mtus = settings.queues().isEmpty() ? List.of() : settings.mtus();
        int casesEach =
                Schedule.of(AS_IT_IS, layouts, settings.rounds(), candidates).size();
        total = Math.max(1, mtus.size()) * casesEach;
        CaseRun caseRun = new CaseRun(settings, control, rules);
        boolean any = false;
        for (int bytes : mtus) {
            if (setMtu(bytes)) {
                any = true;
                measureAll(caseRun, Schedule.of(bytes, layouts, settings.rounds(), candidates));
            } else {
                total -= casesEach;
            }
        }
        if (!any) {
            total = casesEach;
            measureAll(caseRun, Schedule.of(AS_IT_IS, layouts, settings.rounds(), candidates));
        }
    }

    private void measureAll(CaseRun caseRun, List<Case> cases) throws IOException {
        for (Case next : cases) {
            undoing.requireNotEnded();
            measure(caseRun, next);
        }
    }

    /** Sets the MTU; returns whether both sides have it now. */
    private boolean setMtu(int bytes) throws IOException {
        int before = mtu.current();
        try {
            mtu.set(bytes);
        } catch (IOException e) {
            note("MTU " + bytes + " is not measured: " + e.getMessage());
            return false;
        }
        control.send(Order.mtu(bytes));
        Answer answer = control.receive(Answer.class, MTU_SECONDS, "an MTU");
        if (answer.failure() == null) {
            return true;
        }
        note("MTU " + bytes + " is not measured, as the client does not have it: " + answer.failure());
        mtu.set(before);
        return false;
    }

    private void measure(CaseRun caseRun, Case next) throws IOException {
        Placing placing = null;
        Figures figures = null;
        String failure = null;
        try {
            placing = placing(next.layout(), next.queues());
            figures = caseRun.measure(next, placing);
        } catch (PeerException e) {
            throw e;
        } catch (RunFailedException | IOException e) {
            failure = e.getMessage();
        }
        undoing.requireNotEnded();
        runs.add(CaseResult.of(next, placing, figures, failure));
        write();
        progress.printf(
                Locale.ROOT,
                "[%d/%d] %s, %s, round %d: %s%n",
                runs.size(),
                total,
                next.circumstances(),
                next.candidate().label(),
                next.round(),
                figures == null
                        ? failure
                        : String.format(
                                Locale.ROOT,
                                "%.2f Gbit/s, %.3f s of the server per GiB",
                                figures.gbitPerSecond(),
                                figures.serverCpuPerGib()));
    }

    private NicResults write() throws IOException {
        NicResults results = new NicResults(
                NicResults.FORM,
                machine,
                greeting == null ? null : greeting.machine(),
                nic,
                greeting == null ? null : greeting.nic(),
                mtuBefore,
                nicSettings,
                List.copyOf(changes),
                doctor,
                settings,
                List.copyOf(runs),
                List.copyOf(notes),
                countersBefore,
                ethtool.countersIfKnown());
        results.write(json);
        return results;
    }
}
