// SPDX-License-Identifier: Apache-2.0
/**
 * The same sequence of a user's and a peer's actions on epoll and on zcrx: what the user sees must be the same.
 *
 * <p>{@link net.zcrx.differential.Generator} makes {@link net.zcrx.differential.Scenario}s of a seed, {@link
 * net.zcrx.differential.Player} plays one on one transport and gives its {@link net.zcrx.differential.Trace}, {@link
 * net.zcrx.differential.Comparison} compares two of them, and {@link net.zcrx.differential.Shrinker} looks for the
 * shortest sequence that still differs.
 */
package net.zcrx.differential;
