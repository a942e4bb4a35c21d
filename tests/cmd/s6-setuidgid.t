#!/bin/sh
# s6-setuidgid: another user, by name or by numbers
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-setuidgid
synopsis='s6-setuidgid: usage: s6-setuidgid account prog...'
for args in '' 'root' '-- root' 'root:root true' '12: true' ':12 true' ': true' '12:3:4 true' \
	'12x:3 true' '12:3x true' '4294967296:1 true' '1:4294967296 true'; do
	run s6-setuidgid $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done

run s6-setuidgid 'no such user' true
is "unknown user" "$rc,$err" '1,s6-setuidgid: fatal: unknown user: no such user'
run s6-setuidgid 1234 true
is "a number alone is a name" "$rc,$err" '1,s6-setuidgid: fatal: unknown user: 1234'
run s6-setuidgid -h true
is "a name with a dash" "$rc,$err" '1,s6-setuidgid: fatal: unknown user: -h'

run env UID=1 GID=2 GIDLIST=3 s6-setuidgid '' env
is "empty: nothing changes" "$rc,$(grep -Ec '^(UID=1|GID=2|GIDLIST=3)$' "$TMPDIR/out")" 0,3
run s6-setuidgid '' ./none
is "no program" "$rc,$err" \
	'127,s6-setuidgid: fatal: unable to exec ./none: No such file or directory'
run s6-setuidgid '' ''
is "empty program name" "$rc,$err" '126,s6-setuidgid: fatal: unable to exec : Permission denied'

if [ "$(id -u)" != 0 ] || { run s6-setuidgid 0:0 true; [ "$rc" != 0 ]; }; then
	run s6-setuidgid 1:1 true
	is "not root" "$rc,$err" \
		'111,s6-setuidgid: fatal: unable to set supplementary group list: Operation not permitted'
	skip "as root" "this user may not change ids"
	done_testing
fi

status='sed -n "s/^[UG]id:.//p; s/^Groups:.//p" /proc/self/status | paste -sd "|" - | tr "\t" " "'
run env UID=1 GID=2 GIDLIST=3 s6-setuidgid 12:34 sh -c "$status; env"
like "by numbers" "$out" '^12 12 12 12\|34 34 34 34\|34 $'
is "by numbers: the variables stay" "$(grep -Ec '^(UID=1|GID=2|GIDLIST=3)$' "$TMPDIR/out")" 3
run s6-setuidgid 12:4294967295 true
is "no such gid" "$rc,$err" \
	'111,s6-setuidgid: fatal: unable to set supplementary group list: Invalid argument'
run s6-setuidgid 4294967295:12 true
is "no such uid" "$rc,$err" '111,s6-setuidgid: fatal: unable to setuid: Invalid argument'
run s6-applyuidgid -g 5 -G 6 s6-setuidgid root sh -c "$status"
is "root's gid and groups are set too" "$out" '0 0 0 0|0 0 0 0|0 '

cat >passwd <<'END'
root:x:0:0:root:/root:/bin/sh
www:x:1033:1034:www:/:/bin/false
a b:x:1040:1041::/:
END
cat >group <<'END'
root:x:0:
extra:x:1050:root,www
more:x:1045:www
END
if with_accounts true; then
	run with_accounts env UID=1 GID=2 GIDLIST=3 KEPT=4 s6-setuidgid www sh -c "$status; env"
	like "by name: uid, gid, groups" "$out" \
		'^1033 1033 1033 1033\|1034 1034 1034 1034\|1034 1045 1050 $'
	notok "by name: the variables go" grep -Eq '^(UID|GID|GIDLIST)=' "$TMPDIR/out"
	like "by name: the others stay" "$out" '^KEPT=4$'
	run with_accounts s6-setuidgid 'a b' id -u
	is "a name with a blank" "$out" 1040
	run with_accounts s6-setuidgid -- www id -u
	is "-- before the name" "$out" 1033
	if [ -x "$(command -v execlineb)" ]; then
		mkdir bin
		printf '#!/bin/sh\necho "nginx as $(id -u): $*"\n' >bin/nginx
		printf '%s\n' "#!$(command -v execlineb) -P" 's6-setuidgid www' \
			'nginx -g "daemon off;"' >run
		chmod +x run bin/nginx
		run with_accounts env PATH="$PWD/bin:$PATH" ./run
		is "a run script" "$rc,$out" '0,nginx as 1033: -g daemon off;'
	else
		skip "a run script" "no execlineb"
	fi
else
	skip "by name" "no mount namespace here"
fi

run s6-setuidgid 12345:12345 s6-setuidgid '' true
if [ "$rc" != 0 ]; then
	skip "without privilege" "nobody else may run $bin"
	done_testing
fi
for account in root 12345:12345; do
	run s6-setuidgid 12345:12345 s6-setuidgid $account true
	is "$account: refused" "$rc,$err" \
		'111,s6-setuidgid: fatal: unable to set supplementary group list: Operation not permitted'
done
done_testing
