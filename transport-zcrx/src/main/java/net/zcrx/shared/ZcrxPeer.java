// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

/**
 * The process at the other end of a {@link ZcrxSharedChannel}, as the kernel knew it ({@code SO_PEERCRED}) when it
 * connected or, of a server, when it began to listen.
 *
 * @param pid its number, in this process's namespace; 0 if it has none there
 * @param uid its effective user
 * @param gid its effective group
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 */
public record ZcrxPeer(int pid, int uid, int gid) {}
