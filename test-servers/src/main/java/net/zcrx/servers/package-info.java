// SPDX-License-Identifier: Apache-2.0
/** Starts programs that are none of ours, for tests that need them running. */
package net.zcrx.servers;
