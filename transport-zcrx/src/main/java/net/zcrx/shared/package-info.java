// SPDX-License-Identifier: Apache-2.0
/**
 * Stream channels between processes of one machine: received pages are handed on where they lie, and nothing polls.
 * {@link net.zcrx.shared.ZcrxSharedChannel} connects, {@link net.zcrx.shared.ZcrxSharedServerChannel} accepts.
 *
 * <p>Start at {@code Link}, which is one connection: {@code Outgoing} is the part that writes, {@code Incoming} the
 * part that reads, and {@code Layout} the memory that both sides share. "This side" is this process, "the other side"
 * the process at the other end. Nothing that the other side writes is believed before it is checked.
 */
package net.zcrx.shared;
