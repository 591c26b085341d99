/** The native library of the zcrx transport; "native" itself no module name may hold. */
module net.zcrx.natives {}
