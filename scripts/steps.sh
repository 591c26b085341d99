# SPDX-License-Identifier: Apache-2.0
# Steps of a run of tests: their counts, what failed, was flaky or skipped, JVMs that died. To be sourced in the project's root.

flakes_allowed=2
passed=0 failed=0 skipped=0
work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
touch "$work"/{begin,failures,flakes,skips,parts}

# A JVM that dies is a failure, whoever started it, and also if what it did is run again and goes well.
crashes=$PWD/target/hs_err
rm -rf "$crashes" ./*/target/surefire-reports
mkdir -p "$crashes"
export JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:-} -XX:ErrorFile=$crashes/hs_err_%p.log"

say() { echo "zcrx-test: [$((SECONDS / 60)) min] $*"; }

# part TITLE SECONDS PASSED FAILED SKIPPED: counts of a step, for the lines at the end
part() {
    printf '%-46s %5d passed, %2d failed, %3d skipped, %4d s\n' "$1" "$3" "$4" "$5" "$2" >> "$work/parts"
    passed=$((passed + $3)) failed=$((failed + $4)) skipped=$((skipped + $5))
}

# run LIMIT TITLE COMMAND...: shows and keeps what a step prints
run() {
    local status=0
    scripts/limited "$1" "${@:3}" 2>&1 | tee "$log" || status=$?
    sed -n "s/^stuck   /$2: /p" "$log" >> "$work/failures"
    return $status
}

# unnamed TITLE WORDS: a failure that no test has told
unnamed() { grep -q '^stuck   ' "$log" || echo "$1: ${2::200}" >> "$work/failures"; }

# suite LIMIT TITLE COMMAND...: a step of Java tests, counted by their reports
suite() {
    local limit=$1 title=$2 begin=$SECONDS status=0 before after; shift 2
    say "$title"
    read -r -a before < <(scripts/reports counts)
    run "$limit" "$title" "$@" || status=$?
    read -r -a after < <(scripts/reports counts)
    local bad=$((after[1] - before[1]))
    # The build can fail beside the tests, or before them.
    if [ $status != 0 ]; then
        say "$title: FAILED"
        local fault
        fault=$(grep -a '^\[ERROR\] Failed to execute goal' "$log" | grep -v -m 1 maven-surefire-plugin)
        if [ -n "$fault" ] || [ $bad = 0 ]; then
            unnamed "$title" "${fault:-$(grep -a -m 1 '^\[ERROR\]' "$log")}"
        fi
        [ $bad != 0 ] || bad=1
    fi
    part "$title" $((SECONDS - begin)) $((after[0] - before[0])) $bad $((after[2] - before[2]))
}

# -Xcheck:jni writes to the standard output of the tests' JVM, which Surefire puts aside as no words of its own.
check_jni() {
    local warnings
    warnings=$(find . -path '*/target/surefire-reports/*.dumpstream' -exec grep -h -E 'in native method|WARNING: JNI' {} +)
    [ -n "$warnings" ] || return 0
    echo "$warnings"
    return 1
}

# Each has a report, but for one that was killed by a signal from outside, which its parent tells.
check_crashes() {
    local reports
    reports=$(find "$crashes" -type f; find . -name 'hs_err_pid*.log' -newer "$work/begin" ! -path './target/hs_err/*')
    [ -n "$reports" ] || return 0
    echo "JVMs died. What each said:"
    echo "$reports"
    return 1
}

check_flakes() {
    local count
    count=$(wc -l < "$work/flakes")
    [ "$count" != 0 ] || return 0
    echo "flaky, failed and then passed ($count, of which $flakes_allowed are let pass):"
    sed 's/^/  /' "$work/flakes"
    [ "$count" -le $flakes_allowed ]
}

# check LIMIT TITLE COMMAND...: any other step
check() {
    local limit=$1 title=$2 begin=$SECONDS status=0; shift 2
    say "$title"
    run "$limit" "$title" "$@" || status=$?
    sed -n 's/^failed  //p' "$log" >> "$work/failures"
    sed -n 's/^flaky   //p' "$log" >> "$work/flakes"
    sed -n 's/^skipped \(.*: .*\)/\1/p' "$log" >> "$work/skips"
    local counts=(1 0 0)
    if [[ $(tail -n 1 "$log") =~ ^(vm:\ )?([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        counts=("${BASH_REMATCH[@]:2}")
    elif [ $status != 0 ]; then
        counts=(0 1 0)
    fi
    if [ $status != 0 ]; then
        say "$title: FAILED (exit status $status)"
        [ "${counts[1]}" != 0 ] || counts[1]=1
        grep -q '^failed  ' "$log" || unnamed "$title" "exit status $status; $(tail -n 1 "$log")"
    fi
    part "$title" $((SECONDS - begin)) "${counts[@]}"
}

# A step that only the counts tell of.
judge() { local title=$1 status=0; shift; "$@" || status=$?; part "$title" 0 $((status == 0)) $((status != 0)) 0; }

# verdict: the last lines, and the exit status. What failed stands last: a log that is cut keeps its end.
verdict() {
    scripts/reports failures | grep . >> "$work/failures"
    scripts/reports flakes | grep . >> "$work/flakes"
    scripts/reports skips | grep . >> "$work/skips"
    echo
    if [ -s "$work/skips" ]; then
        echo "skipped, by reason:"
        sed 's/^[^:]*: //' "$work/skips" | sort | uniq -c | sort -rn
    fi
    judge "at most $flakes_allowed flakes" check_flakes
    judge "no JVM died" check_crashes
    say "done"
    cat "$work/parts"
    if [ -s "$work/failures" ]; then
        echo "failed:"
        sed 's/^/  /' "$work/failures"
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
