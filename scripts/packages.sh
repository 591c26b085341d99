# SPDX-License-Identifier: Apache-2.0
# Debian packages that the project needs, each with what shows that it is there: a command or a file.

packages_to_run=(
    openjdk-17-jdk-headless=jdk_17
    maven=mvn
    gcc=gcc
    make=make
    libc6-dev=/usr/include/stdio.h
    curl=curl
)
packages_for_seccomp=(jq=jq)
packages_for_containers=(
    podman=podman
    runc=runc
    catatonit=catatonit
    golang-github-containers-common=/usr/share/containers/seccomp.json
)
packages_to_release=(git=git)
packages_to_test=(
    wrk=wrk
    nghttp2-client=h2load
    chromium=chromium
    fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
    iproute2=ip
    musl="/lib/ld-musl-$(uname -m).so.1"
    python3=python3
    gnupg=gpg
    redis-server=redis-server
    postgresql=/usr/lib/postgresql
)
# The library for aarch64 is built and tried on x86_64.
if [ "$(uname -m)" = x86_64 ]; then
    packages_to_release+=(
        gcc-aarch64-linux-gnu=aarch64-linux-gnu-gcc
        libc6-dev-arm64-cross=/usr/aarch64-linux-gnu/include/stdio.h
    )
    packages_to_test+=(qemu-user-static=qemu-aarch64-static)
fi
packages_to_test+=("${packages_to_release[@]}")

# A JDK, of that version or newer.
jdk_17() {
    local version
    version=$(javac -version 2> /dev/null) && version=${version#javac } && [ "${version%%[!0-9]*}" -ge 17 ]
}

# need_packages PACKAGE=PROOF...: installs those that are missing, or names them and ends the script.
need_packages() {
    local entry proof missing=()
    for entry in "$@"; do
        proof=${entry#*=}
        case $proof in
            /*)     [ -e "$proof" ] ;;
            jdk_17) jdk_17 ;;
            *)      command -v "$proof" > /dev/null ;;
        esac || missing+=("${entry%%=*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "zcrx: please install these Debian packages, or what is the same elsewhere: ${missing[*]}" >&2
        exit 1
    fi
    echo "zcrx: installing ${missing[*]}" >&2
    # The lists of packages may be empty, as in a container image, or old: then the first attempt fails.
    install_packages "${missing[@]}" 2> /dev/null || { apt-get -qq update >&2 && install_packages "${missing[@]}"; } || {
        echo "zcrx: apt-get could not install ${missing[*]}; its words are above." >&2
        exit 1
    }
}

# unpacked PACKAGE FILE: prints where FILE of a Debian package is. Unless the package is installed, it is unpacked in .zcrx:
# for servers, which would run from their installation on.
unpacked() {
    local package=$1 file=$2 to=$root/.zcrx/$1
    if [ -x "/$file" ]; then
        echo "/$file"
        return
    fi
    if [ ! -x "$to/$file" ]; then
        command -v apt-get > /dev/null || return 1
        rm -rf "$to"
        mkdir -p "$to"
        (cd "$to" && { apt-get -qq download "$package" || { apt-get -qq update && apt-get -qq download "$package"; }; } &&
            dpkg -x "$package"_*.deb .) > /dev/null 2>&1 && [ -x "$to/$file" ] || return 1
    fi
    echo "$to/$file"
}

install_packages() { DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2; }
