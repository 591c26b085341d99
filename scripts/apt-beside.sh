# SPDX-License-Identifier: Apache-2.0
# Debian's packages of another suite or architecture than this host's, beside its own. To be sourced.

# The mirror that this host uses. Its lists of packages can be empty, as in container images.
debian_mirror() {
    local mirror try
    for try in 1 2; do
        mirror=$(apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian|//p' |
            sort -u | head -n 1)
        if [ -n "$mirror" ]; then
            echo "$mirror"
            return
        fi
        [ $try = 2 ] || apt-get -qq -o Acquire::Retries=3 update >&2 || true
    done
    echo "This host's apt sources name no Debian mirror." >&2
    return 1
}

# apt_beside DIRECTORY ARCHITECTURE SUITE...: gets the lists of these suites into the directory, and sets apt_options, with
# which apt knows those packages alone, signed by Debian's keys, and none as installed.
apt_beside() {
    local apt=$1 architecture=$2 mirror; shift 2
    mirror=$(debian_mirror) || return 1
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    touch "$apt/status"
    printf "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror %s main\n" "$@" > "$apt/sources.list"
    apt_options=(-qq -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture"
        -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::Languages=none
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists"
        -o Dir::State::status="$apt/status" -o Dir::Cache="$apt")
    apt-get "${apt_options[@]}" update >&2
}
