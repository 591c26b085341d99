// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** Where a load generator finds the services of a server. */
interface Ports {
    int port(String service);
}
