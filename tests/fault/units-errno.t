#!/bin/sh
# Each module of the library while one of its system calls fails: the unit tests run
# again and again, each time with another call failed, by an error that it may answer.
# What the module then returns may make the test fail; but no error makes a module end
# the program by a signal, or wait for ever.
# So many calls of each test are tried as fit in FAULT_SECONDS for each error, evenly;
# in the short form two. A test that waits long for what does not come now is left early.
. "${0%/*}/../lib.sh"

# A test whose child could not be made must not signal the machine; and what a test
# that ended early leaves behind has to end.
if [ -z "${UNITS_INSIDE-}" ]; then
	unshare --pid --fork --mount-proc true 2>/dev/null || skip_all 'no PID namespace can be made here'
	mount=$(sed -n 's/^[^ ]* \([^ ]*\) cgroup2 .*/\1/p' /proc/self/mounts | head -n 1)
	group=$mount$(sed -n 's/^0:://p' /proc/self/cgroup)/units-errno.$$
	[ -n "$mount" ] && mkdir "$group" 2>/dev/null || group=''
	rc=0
	UNITS_INSIDE=${group:-none} unshare --pid --fork --kill-child --mount-proc sh "$top/tests/fault/${0##*/}" || rc=$?
	[ -z "$group" ] || (wait_until grep -q 'populated 0' "$group/cgroup.events")
	[ -z "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
	exit "$rc"
fi
. "$top/tests/fault/sweep.sh"
# so are the control groups
[ "$UNITS_INSIDE" = none ] || echo $$ >"$UNITS_INSIDE/cgroup.procs" 2>/dev/null

errors='ENOMEM EMFILE EINTR'
: "${FAULT_SECONDS=${LONG:+10}}" "${FAULT_SECONDS:=1}"
[ -z "$LONG" ] || errors="$errors EIO EACCES ENOENT ENOSPC EAGAIN EROFS EPERM ENOSYS"
most=1000
[ -n "$LONG" ] || most=2
units=${UNITS-$(ls "${tool%tool}unit")}
first=$(($("$tool/nth" count 0 "${tool%tool}unit/trim" | tail -n 1) - 4))
[ "$first" -gt 0 ] || first=0

# disturbed TEST ERROR N: how it ended in $end, and in which call
disturbed() {
	mkdir "$dir" || exit 111
	TMPDIR=$dir timeout -k 1 20 "$tool/nth" -v -p -s "$first" "errno=$(errno_of "$2")" "$3" \
		"${tool%tool}unit/$1" >"$dir.out" 2>"$dir.err" </dev/null
	reached=$?
	end=$(grep -E '^(exit|signal) ' "$dir.out" | tail -n 1)
	[ -n "$end" ] || end="no end: $reached"
	rm -rf --one-file-system "$dir"
}

# tries TEST: "TRIED BAD WHICH..." to stdout
tries() {
	tried=0 bad=''
	for e in $errors; do
		from=$(date +%s%N)
		disturbed "$1" "$e" 1000000000
		ms=$((($(date +%s%N) - from) / 1000000 + 1))
		calls=$(sed -n 's/^calls //p' "$dir.out")
		fit=$((FAULT_SECONDS * 1000 / ms + 1))
		[ "$fit" -le "$most" ] || fit=$most
		step=$(((${calls:-0} + fit - 1) / fit))
		[ "$step" -gt 0 ] || continue
		n=$((1 + $(date +%-j) % step))
		while [ "$n" -le "$calls" ]; do
			disturbed "$1" "$e" "$n"
			tried=$((tried + 1))
			case $end in
			exit*) ;;
			*) bad="$bad; $e at $n ($(sed -n 's/^call //p' "$dir.out" | tail -n 1)): $end" ;;
			esac
			n=$((n + step))
			[ $(($(date +%s%N) / 1000000 - from / 1000000)) -lt $((FAULT_SECONDS * 5000)) ] || break
		done
	done
	echo "$1 $tried$bad"
}

# All of them, by two workers.
worker() {
	dir=$TMPDIR/w$1
	i=0
	for u in $units; do
		i=$((i + 1))
		[ "$u" != torn ] || continue	# readings without end, of one kind
		[ $((i % 2)) != "$1" ] || tries "$u"
	done >"$TMPDIR/result$1"
}
worker 0 &
worker 1 &
wait
sum=0 died=0
while read -r u n why; do
	sum=$((sum + ${n%;}))
	ok "$u: ${n%;} failed calls" [ -z "$why" ] || { diag "$why"; died=$((died + $(echo "$why" | grep -o ' at ' | wc -l))); }
done <<EOF
$(cat "$TMPDIR/result0" "$TMPDIR/result1" | sort)
EOF
ok 'it was tried often enough' [ $sum -gt "$(echo "$units" | wc -w)" ]
diag "figure: one failed call in a module, under its unit test${LONG:+, all errors}: $((sum - died))/$sum"
done_testing
