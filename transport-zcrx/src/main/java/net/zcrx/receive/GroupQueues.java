// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static net.zcrx.option.SocketConstants.SOL_SOCKET;
import static net.zcrx.option.SocketConstants.SO_INCOMING_NAPI_ID;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.QueueName;

/**
 * The NIC queues that the loops of a group read from. Once a loop has bound one, all of them may use it. Any thread.
 */
public final class GroupQueues {
    /** Replaced, never changed: a method that reads it more than once must see one list. */
    private volatile List<SharedQueue> bound = List.of();

    private final Map<QueueName, NicException> refusals = new ConcurrentHashMap<>();
    private volatile Map<Integer, SharedQueue> byNapi = Map.of();
    /** The interfaces for which the kernel has no ids: queues on lease have none. */
    private final Set<Integer> withoutNapis = ConcurrentHashMap.newKeySet();

    /** Called when a loop has bound this queue. */
    public synchronized void add(SharedQueue queue) {
        withoutNapis.remove(queue.interfaceIndex());
        bound = Stream.concat(bound.stream().filter(SharedQueue::isBound), Stream.of(queue))
                .toList();
    }

    /** Called when the kernel has refused this queue to a loop. */
    public void refuse(QueueName name, NicException why) {
        refusals.put(name, why);
    }

    /**
     * Why this queue was refused to a loop, else {@code null}. The next loop need not ask again, which may take
     * seconds.
     */
    public NicException refusal(QueueName name) {
        return refusals.get(name);
    }

    /** The queue of this name, or {@code null} if no loop uses it. */
    public SharedQueue find(QueueName name) {
        return bound.stream()
                .filter(queue -> queue.name().equals(name) && queue.isBound())
                .findFirst()
                .orElse(null);
    }

    /** The queues that loops use. */
    public List<QueueName> names() {
        return bound.stream()
                .filter(queue -> queue.isBound())
                .map(SharedQueue::name)
                .toList();
    }

    public int size() {
        return bound.size();
    }

    /** The queue after this one, in a circle that begins after {@code null}; {@code null} if there is none. */
    public SharedQueue after(SharedQueue queue) {
        List<SharedQueue> circle = bound;
        int current = -1;
        for (int i = 0; i < circle.size(); i++) {
            if (circle.get(i) == queue) {
                current = i;
            }
        }
        for (int i = 1; i <= circle.size(); i++) {
            SharedQueue next = circle.get((current + i) % circle.size());
            if (next.isBound()) {
                return next;
            }
        }
        return null;
    }

    /** The queue on which the newest packet of a connection arrived, or {@code null} if the kernel does not tell. */
    public SharedQueue of(Socket socket) {
        int napi;
        try {
            napi = socket.getIntOpt(SOL_SOCKET, SO_INCOMING_NAPI_ID);
        } catch (IOException e) {
            // The kernel was built without busy polling: then the queues are tried in turn.
            return null;
        }
        SharedQueue queue = byNapi.get(napi);
        if ((queue == null || !queue.isBound()) && isAnyTold()) {
            // A NIC that is opened again may have other ids.
            byNapi = lookUp();
            queue = byNapi.get(napi);
        }
        return queue;
    }

    private boolean isAnyTold() {
        return bound.stream().anyMatch(queue -> !withoutNapis.contains(queue.interfaceIndex()));
    }

    private Map<Integer, SharedQueue> lookUp() {
        Map<Integer, SharedQueue> found = new HashMap<>();
        List<SharedQueue> all = bound;
        all.stream().mapToInt(SharedQueue::interfaceIndex).distinct().forEach(index -> {
            try {
                Optional<Map<Integer, Integer>> numbers = NicInspector.queuesByNapi(index);
                if (numbers.isEmpty()) {
                    withoutNapis.add(index);
                }
                numbers.orElse(Map.of())
                        .forEach((napi, number) -> all.stream()
                                .filter(queue -> queue.interfaceIndex() == index
                                        && queue.name().queue() == number
                                        && queue.isBound())
                                .forEach(queue -> found.put(napi, queue)));
            } catch (NicException e) {
                // No netlink in this sandbox, or the NIC is gone: then the queues are tried in turn.
                return;
            }
        });
        return found;
    }
}
