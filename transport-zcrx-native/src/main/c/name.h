// SPDX-License-Identifier: Apache-2.0
/*
 * Which Java class this library belongs to, read off its own file name, so that it survives shading.
 *
 * A shaded Netty looks for every native library under its own package prefix, with '_' written as "_1" and '.' as
 * '_': whoever relocates io.netty to my_app.io.netty renames META-INF/native/libzcrx_native_x86_64.so to
 * META-INF/native/libmy_1app_zcrx_native_x86_64.so. (When Netty unpacks it, digits follow before the ".so".)
 *
 *   relocated by my_app.        name looked for                      class bound
 *   nothing                     libzcrx_native_x86_64.so             net.zcrx.uring.Native
 *   io.netty and net.zcrx       libmy_1app_zcrx_native_x86_64.so     my_app.net.zcrx.uring.Native
 *   io.netty only               libmy_1app_zcrx_native_x86_64.so     net.zcrx.uring.Native, as the other is not there
 *
 * net.zcrx alone, or under another prefix than io.netty, cannot be told from the name and fails with a sentence.
 */
#ifndef ZCRX_NAME_H
#define ZCRX_NAME_H

#include <stddef.h>

#define ZCRX_CLASS "net/zcrx/uring/Native"

/* Room for any class name that zcrx_class_name makes: a file name has 255 bytes at most. */
#define ZCRX_CLASS_MAX (256 + sizeof ZCRX_CLASS)

/* The path that the library (or program) with this address in it was loaded from; "" if there is none. */
const char *zcrx_library_path(const void *address);

/* Writes the class that a library of this path belongs to; 0 or -ENAMETOOLONG. */
int zcrx_class_name(const char *library_path, char *name, size_t size);

#endif
