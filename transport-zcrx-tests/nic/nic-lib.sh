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

# the same, as the last thing a script does: no shell stays between a caller and the command it may signal
exec_in_ns() {
    local namespace=$1; shift
    if [ "$namespace" = root ]; then exec "$@"; else exec nsenter --net="/run/netns/$namespace" -- "$@"; fi
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

# Packets that one processor frees for another wait on a list of the other until that one handles network
# traffic again, and hold their pages so long, without end on an idle machine. So give each of them a packet.
kick_processors() {
    local processor
    for processor in /sys/devices/system/cpu/cpu[0-9]*; do
        taskset -c "${processor##*cpu}" ping -q -c 1 -W 1 127.0.0.1 > /dev/null
    done
}

# all_pools: the page pools of all network namespaces
all_pools() {
    local namespace
    ndpp pools
    for namespace in /run/netns/*; do
        if [ -e "$namespace" ]; then nsenter --net="$namespace" -- ndpp pools; fi
    done
}

# Pools of rings that have just closed stay detached for about a second: that is no leak. Longer is.
nothing_detached() {
    all_pools | grep -q DETACHED || return 0
    kick_processors
    return 1
}
