#!/bin/sh
# s6-svlisten1
. "${0%/*}/../lib.sh"

usage_ok s6-svlisten1
synopsis='s6-svlisten1: usage: s6-svlisten1 [ -U | -u | -d | -D | -r | -R ] [ -t timeout ] servicedir prog...'
for args in '' 'a' '-u a' '-a a true' '-o a true' '-t x a true' '-t'; do
	# shellcheck disable=SC2086
	run s6-svlisten1 $args
	is "'$args': exit 100, usage" "$rc.$err" "100.$synopsis"
done
run s6-svlisten1 nowhere echo ran
is "no such directory: exit 111, nothing is run" "$rc.$out$err" \
	"111.s6-svlisten1: fatal: unable to subscribe to events for nowhere: No such file or directory"
mkdir never
run s6-svlisten1 never echo ran
is "never supervised: exit 111" "$rc.$out$err" \
	"111.s6-svlisten1: fatal: unable to read status of never: No such file or directory"
run s6-svlisten1 -D never true
is "-D, never supervised: exit 0" "$rc$err" 0

service a
: >a/down
supervise a
run s6-svlisten1 -d a nosuchprogram
is "the program cannot be run: exit 111" "$rc.$err" \
	"111.s6-svlisten1: fatal: unable to spawn nosuchprogram: No such file or directory"
run s6-svlisten1 -t 9000 a s6-svc -u a
is "-u is the default" "$rc$out$err.$(s6-svstat -u a)" 0.true
run s6-svlisten1 -t 20 -d a true
is "timeout: exit 99" "$rc.$err" "99.s6-svlisten1: fatal: timed out"
run s6-svlisten1 -t 9000 -r a s6-svc -r a
is "-r" "$rc$err.$(s6-svstat -u a)" 0.true
run s6-svlisten1 -t 9000 -D a s6-svc -d a
is "-D" "$rc$err.$(s6-svstat -u a)" 0.false
run s6-svlisten1 -d a sh -c 'exit 5'
is "the program's exit code does not count" "$rc" 0

service f 'exit 1'
printf '#!/bin/sh\nexit 125\n' >f/finish
chmod +x f/finish
echo 3 >f/notification-fd
: >f/down
supervise f
run s6-svlisten1 -U -t 9000 f s6-svc -u f
is "a permanent failure: exit 1" "$rc.$err" \
	"1.s6-svlisten1: fatal: f failed permanently or its supervisor died"
run s6-svlisten1 -u -t 9000 a s6-svc -x a
is "its supervisor exits: exit 1" "$rc.$err" \
	"1.s6-svlisten1: fatal: a failed permanently or its supervisor died"
is "no FIFO is left" "$(ls ./*/event | grep -c ftrig)" 0

newline=$(printf 'a\nb c')
for name in "$newline" -a; do
	service "$name"
	: >"./$name/down"
	s6-supervise "$name" &
	started="$started $!"
	wait_until s6-svstat -- "$name"
	run s6-svlisten1 -t 9000 -- "$name" s6-svc -u -- "$name"
	is "a name like '$(printf %.6s "$name" | tr '\n' '?')'" "$rc$err" 0
done
done_testing
