// SPDX-License-Identifier: Apache-2.0
/**
 * Stream channels between processes of one machine: received pages are handed on where they lie, and nothing polls.
 * {@link net.zcrx.shared.ZcrxSharedChannel} connects, {@link net.zcrx.shared.ZcrxSharedServerChannel} accepts.
 */
package net.zcrx.shared;
