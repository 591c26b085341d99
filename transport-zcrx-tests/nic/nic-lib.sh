# SPDX-License-Identifier: GPL-2.0
# Shared by the nic-* scripts: where things are, and the names that nic-up left for the others.
# The server's side of the pair is zcnic0, the peer's is zcnic1.

nic_state=/run/zcnic.env
nic_die() { echo "${0##*/}: $*" >&2; exit 1; }

# in_ns NAMESPACE COMMAND...: without `ip netns exec`, which hides debugfs behind its own /sys
in_ns() {
    local namespace=$1; shift
    if [ "$namespace" = root ]; then "$@"; else nsenter --net="/run/netns/$namespace" -- "$@"; fi
}

nic_load_state() {
    [ -r "$nic_state" ] || nic_die "the NIC is not up: nic-up first"
    . "$nic_state"
}

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
    local deadline=$(($(date +%s) + $1)); shift
    until "$@"; do
        if [ "$(date +%s)" -ge "$deadline" ]; then return 1; fi
        sleep 0.05
    done
}
