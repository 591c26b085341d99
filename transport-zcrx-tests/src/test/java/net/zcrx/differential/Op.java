// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

/**
 * One action of the user's on the channel, or of its peer's.
 *
 * @param arg bytes of those that send or write, 0 or 1 of switches, else without meaning
 */
record Op(Kind kind, int arg) {
    enum Kind {
        // The user's, on any channel.
        REGISTER,
        REGISTER_ELSEWHERE,
        BIND,
        READ,
        AUTO_READ,
        DEREGISTER,
        CLOSE,
        DISCONNECT,
        CLOSE_FORCIBLY,
        USER_EVENT,
        REMOVE_HANDLER,
        /** The argument is the quiet period in milliseconds; the timeout is 0 with 0, else 2 s. */
        SHUT_DOWN_GROUP,
        /** The executor of the first handler takes no more tasks; the channel has such a handler only if told so. */
        REJECT,
        /** In a callback or listener only. */
        THROW,
        // The user's, on a connection.
        CONNECT,
        CONNECT_REFUSED,
        CONNECT_UNANSWERED,
        CANCEL_CONNECT,
        WRITE,
        FLUSH,
        WRITE_AND_FLUSH,
        REGION,
        FOREIGN_REGION,
        /** One whose transferTo() gives 0 at first. */
        SLOW_REGION,
        /** One whose transferTo() throws. */
        BAD_REGION,
        /** The argument: how many more writes the listeners of the writes begin, one each. */
        WRITE_AGAIN_BY_LISTENER,
        HALF_CLOSURE,
        SHUTDOWN_INPUT,
        SHUTDOWN_OUTPUT,
        SHUTDOWN,
        // The peer's.
        PEER_SEND,
        PEER_END,
        PEER_RESET,
        PEER_STALL,
        PEER_GO_ON,
        // Peers of a listener.
        PEER_CONNECT,
        PEER_CONNECT_AND_RESET
    }

    static Op op(Kind kind) {
        return new Op(kind, 0);
    }

    static Op op(Kind kind, int arg) {
        return new Op(kind, arg);
    }

    boolean isPeers() {
        return kind.ordinal() >= Kind.PEER_SEND.ordinal();
    }

    @Override
    public String toString() {
        return arg == 0 ? kind.name() : kind + "(" + arg + ")";
    }
}
