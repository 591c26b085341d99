// SPDX-License-Identifier: Apache-2.0
/** Micro-benchmarks of the receive path's parts. Reached by {@code bench micro}. */
package net.zcrx.benchmarks.micro;
