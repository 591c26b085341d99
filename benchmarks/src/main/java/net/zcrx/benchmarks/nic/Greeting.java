// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import net.zcrx.benchmarks.Machine;

/** The facts about the client that it sends first. */
record Greeting(Machine machine, NicFacts nic, int mtu) {}
