#!/bin/sh
# s6-softlimit: every resource, soft and hard
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-softlimit
for args in '' '-c 0' '-c' '-c -1 true' '-c 12k true' '-c unlimited true' \
	'-c 18446744073709551616 true' '-c =x true' '-Z true' '-H'; do
	run s6-softlimit $args
	is "'$args': exit 100" "$rc" 100
	like "'$args': usage" "$err" '^s6-softlimit: usage: s6-softlimit \[ -H \| -h \] .* prog\.\.\.$'
done
run s6-softlimit -c '' true
is "-c of nothing: exit 100" "$rc" 100
run s6-softlimit true
is "no limit: just the program" "$rc" 0
run s6-softlimit -c 0 ./none
is "no program" "$rc,$err" \
	'127,s6-softlimit: fatal: unable to exec ./none: No such file or directory'
run s6-softlimit ''
is "empty program name" "$rc,$err" '126,s6-softlimit: fatal: unable to exec : Permission denied'

# limits NAME: the soft and hard limit of that line of /proc/self/limits
limits() {
	sed -n "s/^Max $1  *\\([0-9a-z]*\\)  *\\([0-9a-z]*\\).*/\\1 \\2/p" "${2-$TMPDIR/out}"
}
hard() {
	limits "$1" /proc/self/limits | cut -d' ' -f2
}
show='cat /proc/self/limits'

while read -r letter value name; do
	run s6-softlimit -$letter $value $show
	is "-$letter: $name" "$(limits "$name")" "$value $(hard "$name")"
done <<'END'
a 5000000000000 address space
c 0 core file size
d 900000000 data size
f 123456 file size
l 65536 locked memory
o 20 open files
P 0 realtime priority
p 500 processes
r 1000000 resident set
s 1000000 stack size
t 50 cpu time
END
run s6-softlimit -m 8000000 sh -c 'cat /proc/self/limits || :'
[ "$rc" = 0 ] || run s6-softlimit -m 80000000000000 $show
for name in 'data size' 'stack size' 'locked memory' 'address space'; do
	case $(limits "$name") in
	"8000000 $(hard "$name")" | "$(hard "$name") $(hard "$name")") tap_line ok "-m: $name" ;;
	*) is "-m: $name" "$(limits "$name")" "8000000 $(hard "$name")" ;;
	esac
done

run s6-softlimit -o 20 -o 30 $show
is "the last counts" "$(limits 'open files')" "30 $(hard 'open files')"
run s6-softlimit -o 20 s6-softlimit -o = $show
is "=: up to the hard limit" "$(limits 'open files')" "$(hard 'open files') $(hard 'open files')"
run s6-softlimit -f 18446744073709551615 $show
is "2^64-1 is infinity" "$(limits 'file size')" "unlimited $(hard 'file size')"
run s6-softlimit -H -o 100 $show
is "-H: both" "$(limits 'open files')" '100 100'
run s6-softlimit -H -o 100 s6-softlimit -o 4000 $show
is "a soft limit is held below the hard one" "$(limits 'open files')" '100 100'
run s6-softlimit -o 40 -h -o 100 $show
is "-h: the hard one alone" "$(limits 'open files')" '40 100'
run s6-softlimit -o 100 -h -o 40 $show
is "-h: below the soft one, which follows" "$(limits 'open files')" '40 40'
run s6-softlimit -hH -o 40 $show
is "-H after -h" "$(limits 'open files')" '40 40'
run s6-softlimit -Hh -o 40 -H -c 0 $show
is "-h after -H, -H again" "$(limits 'core file size')" '0 0'
if [ "$(hard 'cpu time')" = unlimited ]; then
	run s6-softlimit -t 40 -h -t = $show
	is "-h and =: infinity, the soft one stays" "$(limits 'cpu time')" '40 unlimited'
else
	skip "-h and =" "the cpu time is limited here"
fi
run s6-softlimit -H -o 10000000000 true
is "too much: exit 111" "$rc" 111
is "too much: message" "$err" \
	's6-softlimit: fatal: unable to setrlimit: Operation not permitted'
done_testing
