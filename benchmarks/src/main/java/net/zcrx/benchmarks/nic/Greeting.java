// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import net.zcrx.benchmarks.Machine;

/** What the client says of itself first. */
record Greeting(Machine machine, NicFacts nic, int mtu) {}
