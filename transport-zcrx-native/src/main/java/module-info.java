// SPDX-License-Identifier: Apache-2.0
/** The native library of the zcrx transport; "native" itself no module name may hold. */
module net.zcrx.natives {}
