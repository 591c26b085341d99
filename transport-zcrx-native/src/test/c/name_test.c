// SPDX-License-Identifier: Apache-2.0
/* Of name.c: which class the library binds to. */
#include "check.h"
#include "name.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *class_of(const char *library_path) {
    static char name[ZCRX_CLASS_MAX];
    memset(name, 'x', sizeof name);
    CHECK(zcrx_class_name(library_path, name, sizeof name) == 0);
    return name;
}

static void should_derive_class_from_library_name(void) {
    CHECK(strcmp(class_of("libzcrx_native_x86_64.so"), "net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/tmp/libzcrx_native_x86_64123456789.so"), "net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/a_b/libapp_zcrx_native_aarch_64.so"), "app/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/t/libmy_1app_shaded_zcrx_native_x86_6412.so"), "my_app/shaded/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("libv1_12_zcrx_native_x86_64.so"), "v1_2/net/zcrx/uring/Native") == 0);
    /* A prefix that holds the library's own name: zcrx.native.lib. and zcrx_native_. */
    CHECK(strcmp(class_of("libzcrx_native_lib_zcrx_native_x86_64.so"), "zcrx/native/lib/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("libzcrx_1native_1_zcrx_native_x86_64.so"), "zcrx_native_/net/zcrx/uring/Native") == 0);
}

static void should_use_plain_class_where_name_is_not_ours(void) {
    const char *names[] = {
        "", "/", "lib", "/usr/bin/java", "libapp.so", "app_zcrx_native_x86_64.so", "/liba_zcrx_native_/", "libzcrx_native"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(strcmp(class_of(names[i]), "net/zcrx/uring/Native") == 0);
    }
}

static void should_refuse_class_name_that_does_not_fit(void) {
    /* On the heap, where a byte too many is found. */
    for (size_t size = 0; size < sizeof "ab/" ZCRX_CLASS; size++) {
        char *name = malloc(size);
        CHECK(zcrx_class_name("libab_zcrx_native_x86_64.so", name, size) == -ENAMETOOLONG);
        free(name);
    }
    char *name = malloc(sizeof "ab/" ZCRX_CLASS);
    CHECK(zcrx_class_name("libab_zcrx_native_x86_64.so", name, sizeof "ab/" ZCRX_CLASS) == 0);
    CHECK(strcmp(name, "ab/" ZCRX_CLASS) == 0);
    free(name);
}

static void should_fit_class_of_longest_file_name(void) {
    char file[256];
    memset(file, 'a', sizeof file);
    memcpy(file, "lib", 3);
    strcpy(file + sizeof file - sizeof "_zcrx_native_x86_64.so", "_zcrx_native_x86_64.so");
    CHECK(strlen(file) == 255);
    const char *name = class_of(file);
    CHECK(strcmp(name + strlen(name) - strlen("a/" ZCRX_CLASS), "a/" ZCRX_CLASS) == 0);
}

static void should_find_path_of_library(void) {
    /* getppid is in libc and the sanitizers do not stand in for it. */
    CHECK(strstr(zcrx_library_path((const void *) getppid), "libc.so") != NULL);
    CHECK(strstr(zcrx_library_path((const void *) zcrx_library_path), "libc.so") == NULL);
    CHECK(strcmp(zcrx_library_path(NULL), "") == 0);
    CHECK(strcmp(zcrx_library_path((const void *) UINTPTR_MAX), "") == 0);
}

void test_name(void) {
    should_derive_class_from_library_name();
    should_use_plain_class_where_name_is_not_ours();
    should_refuse_class_name_that_does_not_fit();
    should_fit_class_of_longest_file_name();
    should_find_path_of_library();
}
