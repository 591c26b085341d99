# SPDX-License-Identifier: Apache-2.0
# What the scripts that make the virtual machine share. To be sourced, with $here set.
#
# ZCRX_ARCH is the guest's processor, which vm and suite set: x86_64, or aarch64, whose guest is made with the help of the
# other one's files.

base=${ZCRX_CACHE:-$HOME/.cache/zcrx}/vm
suite=trixie
case ${ZCRX_ARCH:=x86_64} in
    x86_64)  debian=amd64 cache=$base qemu=qemu-system-x86_64 qemu_packages=(qemu-system-x86 qemu-system-data seabios) ;;
    aarch64) debian=arm64 cache=$base/aarch64 qemu=qemu-system-aarch64 qemu_packages=(qemu-system-arm qemu-system-data) ;;
    *)       echo "vm: there is no processor $ZCRX_ARCH: x86_64 or aarch64" >&2; exit 2 ;;
esac
rootfs=$cache/rootfs
stamps=$cache/stamps

say() { echo "vm: [${SECONDS}s] $*" >&2; }
die() { echo "vm: $*" >&2; exit "${status:-1}"; }

# ---- steps that are not done again ------------------------------------------

chain=
hash_of() { cat "$@" | sha256sum | cut -c1-16; }

# the part of a script that belongs to a step: its function's text
text_of() { declare -f "$@"; }

# begin_steps [--fresh]: one who prepares at a time
begin_steps() {
    mkdir -p "$stamps"
    [ -e "$cache/prepare.lock" ] || : > "$cache/prepare.lock"
    exec 9< "$cache/prepare.lock"       # to be read: another user than who prepared may look
    flock -w 1200 9 || die "another prepare has been running for 20 minutes; its lock is $cache/prepare.lock"
    if [ "${1:-}" = --fresh ]; then rm -rf "$stamps"/* "$cache"/{kernels,nic}; fi
}

# do_steps [--fresh]: does those of each_step, which calls do_step NAME COMMAND FILE..., that have to be done. A first pass
# looks whether there are any, which needs neither root nor packages.
do_steps() {
    local todo
    begin_steps "$@"
    planning=1 todo=() chain=
    each_step
    [ ${#todo[@]} -gt 0 ] || return 0
    # mounts made on the way live in a namespace of our own: they go with us, whatever happens
    if [ -z "${ZCRX_PREPARE_UNSHARED:-}" ]; then
        check_host
        ZCRX_PREPARE_UNSHARED=1 exec unshare --mount --propagation private "$0" 9>&-
    fi
    say "to do: ${todo[*]} (cache: $cache)"
    : > "$cache/prepare.log"
    install_host_packages
    planning= chain=
    each_step
    say "prepared: $(du -shx "$cache" | cut -f1) in $cache"
}

# FILEs are what goes into the step.
do_step() {
    local name=$1 command=$2; shift 2
    chain=$(printf '%s %s' "$chain" "$(hash_of "$@")" | sha256sum | cut -c1-16)
    if [ "$(cat "$stamps/$name" 2> /dev/null)" = "$chain" ]; then return; fi
    if [ -n "$planning" ]; then
        todo+=("$name")
    else
        rm -f "$stamps/$name"
        "$command"
        echo "$chain" > "$stamps/$name"
    fi
}

# ---- packages ---------------------------------------------------------------

check_host() {
    [ "$(uname -m)" = x86_64 ] || die "the virtual machine is made on x86-64 only; this is $(uname -m)"
    command -v apt-get > /dev/null || die "needs a Debian host (apt-get): it is built from Debian's packages"
    [ "$(id -u)" = 0 ] || die "building the guest needs root (debootstrap, chroot), running it does not.
    Run once as root, with the same cache: ZCRX_CACHE='${base%/vm}' $here/vm prepare --arch $ZCRX_ARCH"
    local free
    free=$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$free_mib_wanted" ] || [ -e "$rootfs/etc/os-release" ] ||
        die "needs $free_mib_wanted MiB free in $cache, there are $free; ZCRX_CACHE names another place"
}

install_host_packages() {
    local package missing=()
    for package in "${host_packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing on this host: ${missing[*]}"
    apt_host update
    apt_host install -y --no-install-recommends "${missing[@]}"
}

apt_host() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 "$@" >> "$cache/prepare.log" 2>&1 ||
    die "apt-get $1 failed on this host; see $cache/prepare.log"; }

# apt_guest ROOT ARGUMENT...: apt-get of the files at ROOT
apt_guest() {
    local root=$1; shift
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q -o Acquire::Retries=3 "$@" >> "$cache/prepare.log" 2>&1 ||
        die "apt-get $1 failed in the guest's files; see $cache/prepare.log"
}

. "$here/../../scripts/apt-beside.sh"

# ---- QEMU -------------------------------------------------------------------

# QEMU before 8.1 races when the guest patches its own code under several virtual CPUs: oopses at
# boot, crashes of the JVM. Where the host's release has only such a one, the one of its backports
# is unpacked beside it, and not installed.
make_qemu() {
    local have release deb
    have=$( ("$qemu" --version 2>/dev/null || true) | sed -n 's/.*version \([0-9.]*\).*/\1/p')
    rm -rf "$cache/qemu"
    if [ -n "$have" ] && dpkg --compare-versions "$have" ge 8.1; then
        say "QEMU $have of this host is good"
        return
    fi
    apt_host update
    have=$(apt-cache policy "${qemu_packages[0]}" | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}//p')
    say "QEMU: installing this host's own ($have)"
    apt_host install -y --no-install-recommends "${qemu_packages[0]}"
    if dpkg --compare-versions "$have" ge 8.1; then return; fi

    release=$(. /etc/os-release && echo "$VERSION_CODENAME")-backports
    say "QEMU: unpacking the one of $release beside it"
    apt_beside "$cache/qemu-apt" "$(dpkg --print-architecture)" "$release"
    (cd "$cache/qemu-apt" && apt-get "${apt_options[@]}" download "${qemu_packages[@]/%//$release}") >> "$cache/prepare.log" 2>&1 ||
        die "QEMU of $release could not be downloaded; see $cache/prepare.log"
    for deb in "$cache/qemu-apt"/*.deb; do dpkg -x "$deb" "$cache/qemu.new"; done
    ! ldd "$cache/qemu.new/usr/bin/$qemu" | grep 'not found' ||
        die "QEMU of $release needs the libraries above: install them"
    mv "$cache/qemu.new" "$cache/qemu"
    rm -rf "$cache/qemu-apt"
}

# ---- the guest's disk -------------------------------------------------------

make_image() {
    say "disk image"
    rm -f "$cache/root.ext4"
    truncate -s 6G "$cache/root.ext4"
    mkfs.ext4 -q -F -O ^has_journal -E lazy_itable_init=1,nodiscard -m 0 -d "$rootfs" "$cache/root.ext4"
}
