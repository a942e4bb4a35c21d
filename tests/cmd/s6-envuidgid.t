#!/bin/sh
# s6-envuidgid: the ids of accounts as variables
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-envuidgid
synopsis='s6-envuidgid: usage: s6-envuidgid [ -i | -D defaultuid:defaultgid:defaultgidlist ] [ -u | -g | -B ] [ -n ] account prog...'
for args in '' 'root' '-z root true' '-D' '-D x root true' '-D 1:x root true' '-D 1:2:x root true' \
	'-D 4294967296 root true' '-D 1x root true'; do
	run s6-envuidgid $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done
run s6-envuidgid -D '' root true
is "-D of nothing: exit 100" "$rc" 100

run s6-envuidgid root true
is "root is known everywhere" "$rc" 0
run s6-envuidgid 'no such user' true
is "unknown user" "$rc,$err" '1,s6-envuidgid: fatal: unknown user: no such user'
run s6-envuidgid -g 'no such group' true
is "unknown group" "$rc,$err" '1,s6-envuidgid: fatal: unknown group: no such group'
run s6-envuidgid '' true
is "empty name" "$rc,$err" '1,s6-envuidgid: fatal: unknown user: '
run s6-envuidgid root ./none
is "no program" "$rc,$err" \
	'127,s6-envuidgid: fatal: unable to exec ./none: No such file or directory'
run s6-envuidgid root ''
is "empty program name" "$rc,$err" '126,s6-envuidgid: fatal: unable to exec : Permission denied'

# ids ARG...: what they make of the three variables, set to x before
ids() {
	run env UID=x GID=x GIDLIST=x s6-envuidgid "$@" env
	if [ "$rc" = 0 ]; then
		out=$(for v in UID GID GIDLIST; do sed -n "s/^$v=//p" "$TMPDIR/out"; done | paste -sd ' ' -)
	else
		out="$rc $err"
	fi
}
case_of() {
	want=$1
	shift
	ids "$@"
	is "$*" "$out" "$want"
}

# without accounts: defaults and numbers
case_of '1 2 3,4' -D 1:2:3,4 'no such user'
case_of '1 2 3,4,5' -D '1:2:3,4:5' 'no such user'
case_of '1 2 3' -D '1:2:3,x' 'no such user'
case_of '1 0 ' -D 1 'no such user'
case_of '0 0 ' -D :: 'no such user'
case_of '0 6 ' -D :6 'no such user'
case_of '5 6 ' -D 5:6: 'no such user'
case_of '1 x x' -uD 1:2:3 'no such user'
case_of 'x 2 x' -gD 1:2:3 'no such group'
case_of '1 2 x' -BD 1:2:3 'no such user:no such group'
case_of '1 s6-envuidgid: fatal: unknown user: no such user' -D 1:2:3 -i 'no such user'
case_of '1 2 3' -i -D 1:2:3 'no such user'
case_of '1234 0 x' -n 1234
case_of '77 2 x' -n -D 1:2:3 77
case_of '12 x x' -nu 12
case_of 'x 12 x' -ng 12
case_of '12 13 x' -nB 12:13
case_of '12 0 x' -nB 12:
case_of '0 13 x' -nB :13
case_of '0 0 x' -nB :
case_of '12 0 x' -nB 12
case_of '1 s6-envuidgid: fatal: unknown user: 12x' -n 12x
case_of '1 s6-envuidgid: fatal: unknown user: 4294967296' -n 4294967296
case_of '1 s6-envuidgid: fatal: unknown user: -1' -n -- -1
case_of '1 s6-envuidgid: fatal: unknown user: ' -nB ''
case_of '1 s6-envuidgid: fatal: unknown group: no such group' -B 'no such user:no such group'

cat >passwd <<'END'
root:x:0:0:root:/root:/bin/sh
www:x:1033:1034:www:/:/bin/false
lone:x:1040:1041::/:
END
cat >group <<'END'
root:x:0:
extra:x:1050:root,www
www:x:1034:
more:x:1045:www
END
echo 'crowd:x:1060:1061::/:' >>passwd
crowd=$(i=2000; while [ $i -lt 2099 ]; do printf '%s,' $i; i=$((i + 1)); done; echo 2099)
echo "$crowd" | tr ',' '\n' | sed 's/.*/g&:x:&:lone1,crowd/' >>group
if with_accounts true; then
	mounted() {
		want=$1
		shift
		run with_accounts env UID=x GID=x GIDLIST=x s6-envuidgid "$@" env
		out=$(for v in UID GID GIDLIST; do sed -n "s/^$v=//p" "$TMPDIR/out"; done | paste -sd ' ' -)
		is "$*" "$out" "$want"
	}
	mounted_all() {
		mounted '1033 1034 1050,1045' www
		mounted '1040 1041 ' lone
		mounted "1060 1061 $crowd" crowd
		mounted '1033 1034 1050,1045' -D 1:2:3 www
		mounted '1033 x x' -u www
		mounted 'x 1050 x' -g extra
		mounted '1033 1050 x' -B www:extra
		mounted '1033 0 x' -B www
		mounted '1033 2 x' -D 1:2:3 -B www
		mounted '0 1050 x' -B :extra
		mounted '1033 1034 x' -n www
		mounted '1033 44 x' -nB www:44
	}
	mounted_all
	run with_accounts s6-envuidgid -B www:absent true
	is "the group is looked up first" "$rc,$err" '1,s6-envuidgid: fatal: unknown group: absent'
	run with_accounts s6-envuidgid -B absent:www true
	is "then the user" "$rc,$err" '1,s6-envuidgid: fatal: unknown user: absent'
	run with_accounts s6-envuidgid www sh -c 'id -u; id -g'
	is "no id is changed" "$out" "$(id -u; id -g)"
	# actions that change nothing, but must be left to the libc
	printf '%s: files [NOTFOUND=return]\n' passwd group >nsswitch.conf
	if with_accounts true; then mounted_all; else skip "through NSS" "no nsswitch.conf here"; fi
else
	skip "accounts of a file" "no mount namespace here"
fi
done_testing
