// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/** The ports at which a load generator finds the services of a server. */
interface Ports {
    int port(String service);
}
