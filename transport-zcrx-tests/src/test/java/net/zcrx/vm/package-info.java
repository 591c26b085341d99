// SPDX-License-Identifier: Apache-2.0
/**
 * Zero-copy receive on a kernel and a NIC that can do it: these tests run in the project's virtual machine, started by
 * {@code transport-zcrx-tests/vm/suite}. They are tagged "vm", and the build on the host leaves that tag out.
 */
package net.zcrx.vm;
