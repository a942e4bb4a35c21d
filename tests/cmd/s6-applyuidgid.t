#!/bin/sh
# s6-applyuidgid: ids from options and from the environment
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-applyuidgid
synopsis='s6-applyuidgid: usage: s6-applyuidgid [ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ] prog...'
for args in '' '-u 1' '-u' '-u x true' '-u 4294967296 true' '-u -1 true' '-u +1 true' '-g x true' \
	'-G x true' '-G ,5 true' '-G 4294967296 true' '-Z true' '-z'; do
	run s6-applyuidgid $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done

# from ENV... : -U with these variables only
from() {
	run env -u UID -u GID -u GIDLIST "$@" s6-applyuidgid -U true
}
from
is "-U without UID" "$rc,$err" '100,s6-applyuidgid: fatal: UID not set'
from UID=1
is "-U without GID" "$rc,$err" '100,s6-applyuidgid: fatal: GID not set'
from UID=1 GID=2
is "-U without GIDLIST" "$rc,$err" '100,s6-applyuidgid: fatal: GIDLIST not set'
from UID=x GID=2 GIDLIST=
is "-U: bad UID" "$rc,$err" '100,s6-applyuidgid: fatal: invalid $UID'
from UID=1 GID= GIDLIST=
is "-U: bad GID" "$rc,$err" '100,s6-applyuidgid: fatal: invalid $GID'
from UID=1 GID=2 GIDLIST=x
is "-U: bad GIDLIST" "$rc,$err" '100,s6-applyuidgid: fatal: invalid $GIDLIST'

run env UID=1 GID=2 GIDLIST=3 OTHER=4 s6-applyuidgid -z env
notok "-z removes the three" grep -Eq '^(UID|GID|GIDLIST)=' "$TMPDIR/out"
like "-z leaves the others" "$out" '^OTHER=4$'
run env UID=1 GID=2 GIDLIST=3 s6-applyuidgid env
is "without -z they stay" "$(grep -Ec '^(UID=1|GID=2|GIDLIST=3)$' "$TMPDIR/out")" 3
run s6-applyuidgid ./none
is "no program" "$rc,$err" \
	'127,s6-applyuidgid: fatal: unable to exec ./none: No such file or directory'
run s6-applyuidgid ''
is "empty program name" "$rc,$err" \
	'126,s6-applyuidgid: fatal: unable to exec : Permission denied'

if [ "$(id -u)" != 0 ] || { run s6-applyuidgid -G '' true; [ "$rc" != 0 ]; }; then
	run s6-applyuidgid -u 1 true
	is "not root: setuid" "$rc,$err" \
		'111,s6-applyuidgid: fatal: unable to setuid: Operation not permitted'
	skip "as root" "this user may not change ids"
	done_testing
fi

# case_of WANT OPTION...: all ids that the program sees: uid gid groups
status='sed -n "s/^[UG]id:.//p; s/^Groups:.//p" /proc/self/status | paste -sd "|" - | tr "\t" " "'
case_of() {
	want=$1
	shift
	run env UID=51 GID=52 GIDLIST=53,54 s6-applyuidgid "$@" sh -c "$status"
	is "$*" "$rc $out" "0 $want"
}
root='0 0 0 0'
if others_may_run; then
	case_of '1 1 1 1|2 2 2 2|2 9 ' -G 9 -u 1 -g 2 s6-applyuidgid -z
else
	skip "one by the other" "nobody else may run $bin"
fi
case_of "$root|13 13 13 13|4 5 13 " -G 5,4 -g 13
case_of "$root|$root|0 4 5 " -G 4,5
case_of "$root|$root|0 " -G ''
case_of "$root|$root|0 4 " -G 4,x
case_of "$root|$root|0 4 5 6 7 " -G '4:5;6 7'
case_of "$root|13 13 13 13|4 13 " -g 13 -G 13,4
case_of '51 51 51 51|52 52 52 52|52 53 54 ' -U
case_of '51 51 51 51|9 9 9 9|9 53 54 ' -u 7 -U -g 9
case_of '7 7 7 7|52 52 52 52|4 52 ' -U -u 7 -G 4
case_of '51 51 51 51|52 52 52 52|52 53 54 ' -Uz
run s6-applyuidgid -G 4,5 s6-applyuidgid -g 6 -u 7 sh -c "$status"
is "-u and -g leave the groups alone" "$out" '7 7 7 7|6 6 6 6|0 4 5 '
run s6-applyuidgid -u 4294967295 true
is "the id that is none: uid" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to setuid: Invalid argument'
run s6-applyuidgid -g 4294967295 true
is "the id that is none: gid" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to setgid: Invalid argument'
run s6-applyuidgid -G 4294967295 true
is "the id that is none: group" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to set supplementary group list: Invalid argument'

run s6-applyuidgid -u 12345 s6-applyuidgid true
if [ "$rc" != 0 ]; then
	skip "without privilege" "nobody else may run $bin"
	done_testing
fi
run s6-applyuidgid -u 12345 s6-applyuidgid -u 5 true
is "refused: uid" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to setuid: Operation not permitted'
run s6-applyuidgid -u 12345 s6-applyuidgid -g 5 true
is "refused: gid" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to setgid: Operation not permitted'
run s6-applyuidgid -u 12345 s6-applyuidgid -G 5 true
is "refused: groups" "$rc,$err" \
	'111,s6-applyuidgid: fatal: unable to set supplementary group list: Operation not permitted'
run s6-applyuidgid -u 12345 s6-applyuidgid -u 0 -g 0 id -u
is "0 asks for nothing" "$rc,$out" 0,12345
done_testing
