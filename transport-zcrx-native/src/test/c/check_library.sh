#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Looks at each built library: what it exports, what it wants of others, and how it is linked.
# Usage: check_library.sh <library>...
set -eu

fail() {
    echo "check_library: $library: $1" >&2
    exit 1
}

# Every C library has had these for long: glibc since 2.2.5 or, on aarch64, since its first release 2.17; and musl.
wanted="__errno_location close dl_iterate_phdr fcntl ftruncate getpagesize getrlimit ioctl madvise memcpy mmap munmap
recvmsg send sendfile sendmsg socket strncmp strrchr strstr syscall"

[ $# -gt 0 ] || { echo "check_library: no library was given" >&2; exit 1; }
for library in "$@"; do
    symbols=$(LC_ALL=C readelf --wide --dyn-syms "$library")
    dynamic=$(LC_ALL=C readelf --wide --dynamic "$library")
    segments=$(LC_ALL=C readelf --wide --segments "$library")
    sections=$(LC_ALL=C readelf --wide --sections "$library")

    exported=$(echo "$symbols" | awk '($5 == "GLOBAL" || $5 == "WEAK") && $7 != "UND" { print $8 }')
    [ "$exported" = JNI_OnLoad ] || fail "must export JNI_OnLoad alone, but exports: $exported"

    for symbol in $(echo "$symbols" | awk '$7 == "UND" && $8 != "" { print $8 }'); do
        case " $(echo $wanted) " in
            *" ${symbol%@*} "*) ;;
            *) fail "wants $symbol, which older or other C libraries may not have" ;;
        esac
        case $symbol in
            *@GLIBC_2.2.5 | *@GLIBC_2.17) ;;
            *) fail "wants $symbol, which older C libraries do not have" ;;
        esac
    done

    needed=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    [ "$needed" = libc.so.6 ] || fail "must need libc.so.6 alone, but needs: $needed"
    echo "$dynamic" | grep -q BIND_NOW || fail "is not bound when it is loaded (-z now)"
    echo "$segments" | grep -q GNU_RELRO || fail "has no read-only relocations (-z relro)"
    stack=$(echo "$segments" | awk '$1 == "GNU_STACK" { print $7 }')
    [ "$stack" = RW ] || fail "has an executable stack"
    echo "$sections" | grep -q -F .symtab && fail "is not stripped"
    grep -q -a -F "$PWD" "$library" && fail "names the folder that it was built in"

    # musl's loader relocates what it lists, so it finds any symbol that musl lacks.
    musl=/lib/ld-musl-$(uname -m).so.1
    case $library in
        *"_native_$(uname -m | sed s/aarch64/aarch_64/).so")
            if [ -x "$musl" ]; then
                "$musl" --list "$library" > /dev/null || fail "cannot be loaded with musl"
                echo "check_library: $library loads with musl"
            else
                echo "check_library: $library was NOT tried with musl: install Debian's package musl" >&2
            fi
            ;;
    esac
    echo "check_library: $library is as it should be"
done
