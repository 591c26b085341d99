// SPDX-License-Identifier: Apache-2.0
/** The two processes of {@code bench shared}: one writes, or asks, and the other reads, or answers. */
package net.zcrx.benchmarks.shared;
