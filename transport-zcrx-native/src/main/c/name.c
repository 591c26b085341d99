// SPDX-License-Identifier: Apache-2.0
#include "name.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#define LIBRARY "zcrx_native_"

struct search {
    uintptr_t address;
    const char *path;
};

static int holds_address(struct dl_phdr_info *object, size_t size, void *data) {
    struct search *search = data;
    (void) size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && search->address - start < segment->p_memsz) {
            search->path = object->dlpi_name;
            return 1;
        }
    }
    return 0;
}

/* Not dladdr: until glibc 2.34 that is in libdl, and a library built with a newer one does not load with an older. */
const char *zcrx_library_path(const void *address) {
    struct search search = {(uintptr_t) address, ""};
    dl_iterate_phdr(holds_address, &search);
    return search.path;
}

/* The last occurrence, as a package prefix may hold the same letters. */
static const char *find_library_name(const char *file) {
    const char *last = NULL;
    for (const char *at = strstr(file, LIBRARY); at != NULL; at = strstr(at + 1, LIBRARY)) {
        last = at;
    }
    return last;
}

int zcrx_class_name(const char *library_path, char *name, size_t size) {
    const char *slash = strrchr(library_path, '/');
    const char *file = slash == NULL ? library_path : slash + 1;
    size_t used = 0;
    if (strncmp(file, "lib", 3) == 0) {
        const char *prefix = file + 3;
        const char *end = find_library_name(prefix);
        while (prefix < end) {
            if (used == size) {
                return -ENAMETOOLONG;
            }
            if (prefix[0] == '_' && prefix[1] == '1') {
                name[used++] = '_';
                prefix += 2;
            } else {
                name[used++] = *prefix == '_' ? '/' : *prefix;
                prefix++;
            }
        }
    }
    if (size - used < sizeof ZCRX_CLASS) {
        return -ENAMETOOLONG;
    }
    memcpy(name + used, ZCRX_CLASS, sizeof ZCRX_CLASS);
    return 0;
}
