// SPDX-License-Identifier: Apache-2.0
/** {@code AvailabilityProbe} as an application on the module path. */
module net.zcrx.probe {
    requires net.zcrx.transport;
}
