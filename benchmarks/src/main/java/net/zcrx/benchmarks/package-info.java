// SPDX-License-Identifier: Apache-2.0
/**
 * The side-by-side harness: {@link net.zcrx.benchmarks.Campaign} runs each {@link net.zcrx.benchmarks.Pattern} against
 * each {@link net.zcrx.benchmarks.Peer} in turns, {@link net.zcrx.benchmarks.Summary} draws the conclusions, and the
 * reports only print them.
 */
package net.zcrx.benchmarks;
