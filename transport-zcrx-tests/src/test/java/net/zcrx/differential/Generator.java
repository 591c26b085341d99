// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import static net.zcrx.differential.Op.op;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.zcrx.differential.Op.Kind;
import net.zcrx.differential.Reaction.Callback;
import net.zcrx.differential.Scenario.Role;
import net.zcrx.differential.Step.Where;

/** Makes a sequence of a number: of one number always the same. */
final class Generator {
    private static final Kind[] OF_ALL = {
        Kind.REGISTER,
        Kind.REGISTER_ELSEWHERE,
        Kind.BIND,
        Kind.READ,
        Kind.READ,
        Kind.AUTO_READ,
        Kind.AUTO_READ,
        Kind.DEREGISTER,
        Kind.CLOSE,
        Kind.DISCONNECT,
        Kind.CLOSE_FORCIBLY,
        Kind.USER_EVENT,
        Kind.REMOVE_HANDLER
    };
    private static final Kind[] OF_CONNECTIONS = {
        Kind.CONNECT,
        Kind.CONNECT_REFUSED,
        Kind.CONNECT_UNANSWERED,
        Kind.CANCEL_CONNECT,
        Kind.WRITE,
        Kind.WRITE,
        Kind.FLUSH,
        Kind.FLUSH,
        Kind.WRITE_AND_FLUSH,
        Kind.WRITE_AND_FLUSH,
        Kind.WRITE_AND_FLUSH,
        Kind.REGION,
        Kind.FOREIGN_REGION,
        Kind.SLOW_REGION,
        Kind.BAD_REGION,
        Kind.WRITE_AGAIN_BY_LISTENER,
        Kind.HALF_CLOSURE,
        Kind.SHUTDOWN_INPUT,
        Kind.SHUTDOWN_OUTPUT,
        Kind.SHUTDOWN
    };
    private static final Kind[] OF_PEERS = {
        Kind.PEER_SEND, Kind.PEER_SEND, Kind.PEER_SEND, Kind.PEER_END, Kind.PEER_RESET, Kind.PEER_STALL, Kind.PEER_GO_ON
    };
    private static final Kind[] OF_CLIENTS_OF_LISTENERS = {Kind.PEER_CONNECT, Kind.PEER_CONNECT_AND_RESET};
    private static final Kind[] OF_RACES = {
        Kind.READ,
        Kind.AUTO_READ,
        Kind.CLOSE,
        Kind.DISCONNECT,
        Kind.USER_EVENT,
        Kind.WRITE,
        Kind.FLUSH,
        Kind.WRITE_AND_FLUSH,
        Kind.REGION,
        Kind.SHUTDOWN_INPUT,
        Kind.SHUTDOWN_OUTPUT,
        Kind.SHUTDOWN
    };
    private static final int[] SIZES = {1, 100, 1000, 3000, 10_000};

    private final Random random;
    private boolean big;

    Generator(long seed, int number) {
        random = new Random(seed * 1_000_003 + number);
        // The first numbers of neighbouring seeds are alike.
        random.nextLong();
    }

    Scenario next() {
        int dice = random.nextInt(100);
        Role role = dice < 40 ? Role.CLIENT : dice < 80 ? Role.ACCEPTED : Role.SERVER;
        boolean autoRead = random.nextInt(3) > 0;
        boolean endsGroup = random.nextInt(12) == 0;
        List<Step> steps = begin(role);
        int count = 1 + random.nextInt(7);
        for (int i = 0; i < count; i++) {
            steps.add(step(role));
        }
        if (role != Role.SERVER && random.nextInt(12) == 0) {
            steps.add(race());
        }
        if (endsGroup) {
            endGroup(steps);
        }
        List<Reaction> reactions = new ArrayList<>();
        for (int i = random.nextInt(4) - 1; i > 0; i--) {
            reactions.add(reaction(role));
        }
        if (steps.stream()
                .flatMap(step -> step.ops().stream())
                .anyMatch(op -> op.kind() == Kind.PEER_CONNECT_AND_RESET)) {
            // Such a connection is handed out on epoll only.
            reactions.removeIf(
                    reaction -> reaction.callback() == Callback.READ || reaction.callback() == Callback.READ_COMPLETE);
        }
        Scenario scenario = new Scenario(
                role,
                autoRead,
                random.nextBoolean(),
                random.nextInt(4) > 0,
                random.nextInt(4) == 0,
                false,
                List.copyOf(reactions),
                List.copyOf(steps));
        return readsByItself(scenario) ? scenario : scenario.cutting();
    }

    private List<Step> begin(Role role) {
        List<Step> steps = new ArrayList<>();
        boolean begun = random.nextInt(8) > 0;
        if (role == Role.CLIENT && begun) {
            steps.add(Step.step(Where.OFF_LOOP, op(Kind.REGISTER)));
            if (random.nextInt(8) > 0) {
                steps.add(Step.step(Where.OFF_LOOP, op(Kind.CONNECT)));
            }
        } else if (role == Role.SERVER && begun) {
            steps.add(Step.step(Where.OFF_LOOP, op(Kind.REGISTER)));
            steps.add(Step.step(Where.OFF_LOOP, op(Kind.BIND)));
        }
        return steps;
    }

    private void endGroup(List<Step> steps) {
        int at = random.nextInt(steps.size());
        Step before = steps.get(at);
        Op end = op(Kind.SHUT_DOWN_GROUP, random.nextBoolean() ? 0 : 10);
        if (before.where() == Where.OFF_LOOP) {
            // The loop may be at the action before it, or past it.
            steps.add(at + 1, Step.step(Where.OFF_LOOP, end));
        } else {
            List<Op> ops = new ArrayList<>(before.ops());
            ops.add(end);
            steps.set(at, new Step(before.where(), List.copyOf(ops)));
        }
    }

    /** Then what one read brings shows only as a sum. */
    private static boolean readsByItself(Scenario scenario) {
        return scenario.autoRead() && scenario.ops().stream().noneMatch(op -> op.kind() == Kind.AUTO_READ);
    }

    private Step step(Role role) {
        Where[] places = {Where.LOOP, Where.LOOP, Where.OFF_LOOP, Where.HELD};
        Where where = places[random.nextInt(places.length)];
        int count = where == Where.OFF_LOOP ? 1 : 1 + random.nextInt(3);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Op op = random.nextInt(3) == 0 ? peersOp(role) : usersOp(role);
            // It must be called on the loop.
            if (op.kind() == Kind.CLOSE_FORCIBLY && where != Where.LOOP) {
                op = op(Kind.CLOSE);
            }
            ops.add(goesWith(ops, op) ? op : op(Kind.USER_EVENT));
        }
        if (where == Where.LOOP) {
            // What the peer does in the middle of a task would tell when within the task the kernel was asked.
            ops.sort(Comparator.comparing(op -> !op.isPeers()));
        }
        return new Step(where, List.copyOf(ops));
    }

    private static boolean goesWith(List<Op> before, Op op) {
        // Two loops would race for the channel.
        boolean registersTwice = registers(op) && before.stream().anyMatch(Generator::registers);
        // epoll fails to ask for it, and closes.
        boolean readsAtLeave = op.kind() == Kind.READ && before.contains(op(Kind.DEREGISTER));
        return !registersTwice && !readsAtLeave;
    }

    private static boolean registers(Op op) {
        return op.kind() == Kind.REGISTER || op.kind() == Kind.REGISTER_ELSEWHERE;
    }

    /** The last step: the order of what two threads do is not the same each time, only how the channel ends is. */
    private Step race() {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Kind kind = pick(OF_RACES);
            ops.add(op(kind, argument(kind)));
        }
        return new Step(Where.RACE, List.copyOf(ops));
    }

    private Op peersOp(Role role) {
        Kind kind = pick(role == Role.SERVER ? OF_CLIENTS_OF_LISTENERS : OF_PEERS);
        return op(kind, kind == Kind.PEER_SEND ? SIZES[random.nextInt(4)] : 0);
    }

    private Op usersOp(Role role) {
        Kind kind = role == Role.SERVER || random.nextInt(3) == 0 ? pick(OF_ALL) : pick(OF_CONNECTIONS);
        return op(kind, argument(kind));
    }

    private int argument(Kind kind) {
        return switch (kind) {
            case AUTO_READ, HALF_CLOSURE -> random.nextInt(2);
            case WRITE, WRITE_AND_FLUSH, REGION, FOREIGN_REGION -> size();
            case SLOW_REGION, BAD_REGION -> 1000;
            case WRITE_AGAIN_BY_LISTENER -> 1 + random.nextInt(3);
            default -> 0;
        };
    }

    /** One big write a sequence at most, as they take long. */
    private int size() {
        if (!big && random.nextInt(12) == 0) {
            big = true;
            return Subject.BIG;
        }
        return SIZES[random.nextInt(SIZES.length)];
    }

    private Reaction reaction(Role role) {
        Callback[] callbacks = Callback.values();
        int of = role == Role.SERVER ? Callback.HANDLER_REMOVED.ordinal() + 1 : callbacks.length;
        Callback callback = callbacks[random.nextInt(of)];
        boolean listener = callback.ordinal() > Callback.HANDLER_REMOVED.ordinal();
        Op op = !listener && random.nextInt(4) == 0 ? op(Kind.THROW, random.nextInt(5)) : usersOp(role);
        return new Reaction(callback, op.kind() == Kind.CLOSE_FORCIBLY ? op(Kind.CLOSE) : op);
    }

    private Kind pick(Kind[] kinds) {
        return kinds[random.nextInt(kinds.length)];
    }
}
