// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * A channel, how its user has set it up, and what happens to it.
 *
 * @param cut whether received data is cut to pieces of 1 KiB. Without auto-read a read() brings as much as the
 *     allocator gives, which is the transport's choice where the user makes none
 * @param executor whether the handler runs on an executor that can be told to reject tasks
 */
record Scenario(
        Role role,
        boolean autoRead,
        boolean halfClosure,
        boolean autoClose,
        boolean cut,
        boolean executor,
        List<Reaction> reactions,
        List<Step> steps) {
    enum Role {
        /** Made by the user, who registers and connects it. */
        CLIENT,
        /** Accepted: registered and active when the sequence begins. */
        ACCEPTED,
        /** A listener that the user registers and binds. */
        SERVER
    }

    static Scenario of(Role role, Step... steps) {
        return new Scenario(role, true, false, true, false, false, List.of(), List.of(steps));
    }

    Scenario withReaction(Reaction.Callback callback, Op op) {
        List<Reaction> more = new ArrayList<>(reactions);
        more.add(new Reaction(callback, op));
        return withReactions(more);
    }

    Scenario withReactions(List<Reaction> newReactions) {
        return new Scenario(role, autoRead, halfClosure, autoClose, cut, executor, List.copyOf(newReactions), steps);
    }

    Scenario withSteps(List<Step> newSteps) {
        return new Scenario(role, autoRead, halfClosure, autoClose, cut, executor, reactions, List.copyOf(newSteps));
    }

    Scenario withHalfClosure() {
        return new Scenario(role, autoRead, true, autoClose, cut, executor, reactions, steps);
    }

    Scenario withoutAutoRead() {
        return new Scenario(role, false, halfClosure, autoClose, true, executor, reactions, steps);
    }

    Scenario cutting() {
        return new Scenario(role, autoRead, halfClosure, autoClose, true, executor, reactions, steps);
    }

    Scenario withoutAutoClose() {
        return new Scenario(role, autoRead, halfClosure, false, cut, executor, reactions, steps);
    }

    Scenario withExecutor() {
        return new Scenario(role, autoRead, halfClosure, autoClose, cut, true, reactions, steps);
    }

    /** Whether the group ends, so that it must be one of its own. */
    boolean endsGroup() {
        return ops().stream().anyMatch(op -> op.kind() == Op.Kind.SHUT_DOWN_GROUP);
    }

    /** Whether the listener of a write does something. */
    boolean actsWhenWritten() {
        return reactions.stream().anyMatch(reaction -> reaction.callback() == Reaction.Callback.WRITTEN)
                || ops().stream().anyMatch(op -> op.kind() == Op.Kind.WRITE_AGAIN_BY_LISTENER);
    }

    /** Whether a step closes the channel before the group's end, or with it. */
    boolean closesBeforeGroupEnds() {
        if (role != Role.ACCEPTED && !steps.get(0).ops().contains(Op.op(Op.Kind.REGISTER))) {
            // It has no loop to be closed on, or has one late.
            return false;
        }
        for (Step step : steps) {
            if (step.ops().stream().anyMatch(op -> op.kind() == Op.Kind.CLOSE || op.kind() == Op.Kind.DISCONNECT)) {
                return true;
            }
            if (step.ops().stream().anyMatch(op -> op.kind() == Op.Kind.SHUT_DOWN_GROUP)) {
                return false;
            }
        }
        return false;
    }

    /** Whether a step ends the writing right behind a region that gives nothing at first. */
    boolean endsBehindSlowRegion() {
        return steps.stream().anyMatch(step -> {
            int region = step.ops().indexOf(Op.op(Op.Kind.SLOW_REGION, 1000));
            return region >= 0
                    && step.ops().stream()
                            .skip(region)
                            .anyMatch(op -> op.kind()
                                    .name()
                                    .matches("CLOSE|DISCONNECT|SHUTDOWN|SHUTDOWN_OUTPUT|SHUT_DOWN_GROUP"));
        });
    }

    /** Whether a step connects, and then writes or flushes. */
    boolean writesWhileConnecting() {
        return steps.stream()
                .anyMatch(step -> step.ops().stream()
                        .dropWhile(op -> op.kind() != Op.Kind.CONNECT)
                        .anyMatch(op -> op.kind().name().matches("WRITE.*|.*REGION|FLUSH")));
    }

    /** Whether anything is to be written. */
    boolean writes() {
        return ops().stream().anyMatch(op -> op.kind().name().matches("WRITE.*|.*REGION"));
    }

    List<Op> ops() {
        List<Op> ops = new ArrayList<>();
        steps.forEach(step -> ops.addAll(step.ops()));
        reactions.forEach(reaction -> ops.add(reaction.op()));
        return ops;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(role.name());
        text.append(autoRead ? "" : ", no auto-read")
                .append(halfClosure ? ", half-closure" : "")
                .append(autoClose ? "" : ", no auto-close")
                .append(cut ? ", cut" : "")
                .append(executor ? ", executor" : "");
        reactions.forEach(reaction -> text.append("\n  ").append(reaction));
        for (int i = 0; i < steps.size(); i++) {
            text.append("\n  ").append(i + 1).append(". ").append(steps.get(i));
        }
        return text.toString();
    }
}
