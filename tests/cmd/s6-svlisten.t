#!/bin/sh
# s6-svlisten
. "${0%/*}/../lib.sh"

usage_ok s6-svlisten
synopsis='s6-svlisten: usage: s6-svlisten [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ] servicedir... "" prog...'
bad() {
	run s6-svlisten "$@"
	is "'$*': exit 100, usage" "$rc.$err" "100.$synopsis"
}
bad
bad a b prog
bad ' a' ' b'
bad a ''
bad ''
bad -t x a '' true
bad -z a '' true
EXECLINE_STRICT=2
export EXECLINE_STRICT
run s6-svlisten ' a' b '' true
is "EXECLINE_STRICT: exit 100" "$rc.$err" "100.s6-svlisten: fatal: unquoted argument b at block 1 position 1"
unset EXECLINE_STRICT

# an empty block: it becomes the program
run s6-svlisten -t 5 '' sh -c 'echo $$ $1; exit 7' x ' b'
like "an empty block: the program's exit code and output" "$rc.$out" '^7\.[0-9]+ b$'
run s6-svlisten '' nosuchprogram
is "an empty block, no such program: exit 127" "$rc.$err" \
	"127.s6-svlisten: fatal: unable to exec nosuchprogram: No such file or directory"

run s6-svlisten nowhere '' sh -c 'echo ran'
is "no such directory: exit 111, nothing is run" "$rc.$out$err" \
	"111.s6-svlisten: fatal: unable to subscribe to events for nowhere: No such file or directory"
mkdir never
run s6-svlisten never '' echo ran
is "never supervised: exit 111" "$rc.$out$err" \
	"111.s6-svlisten: fatal: unable to read status of never: No such file or directory"

service a
service b
: >a/down
: >b/down
supervise a
supervise b
run s6-svlisten -d a b '' nosuchprogram
is "the program cannot be run: exit 111" "$rc.$err" \
	"111.s6-svlisten: fatal: unable to spawn nosuchprogram: No such file or directory"
run s6-svlisten -t 9000 a b '' s6-svc -u a b
is "all up: exit 0" "$rc$out$err" 0
is "all up: they are" "$(s6-svstat -u a b)" "a: true
b: true"
run s6-svlisten -t 9000 -d ' a' ' b' '' s6-svc -d a b
is "a block as execlineb makes it" "$rc$err.$(s6-svstat -u a)" 0.false
run s6-svlisten -t 20 -u a b '' s6-svc -u a
is "one is not all: exit 99" "$rc.$err" "99.s6-svlisten: fatal: timed out"
s6-svc -wd -d a
run s6-svlisten -t 9000 -o -u a b '' s6-svc -u b
is "-o: one will do" "$rc$err" 0
s6-svc -wu -u a
run s6-svlisten -t 9000 -d a b '' s6-svc -r a b
is "-d: each was down, whether it is up again or not" "$rc$err" 0
s6-svwait -t 9000 -u a b
run s6-svlisten -t 9000 -o -r a b '' s6-svc -r a b
is "-or: exit 0" "$rc" 0
is "-or: a warning" "$err" "s6-svlisten: warning: -o is unsupported when combined with -r or -R: using -a instead"
is "-or: both are up again" "$(s6-svstat -u a b)" "a: true
b: true"
run s6-svlisten -d -t 9000 -o a '' sh -c 's6-svc -d a; exit 5'
is "the program's exit code does not count" "$rc" 0
run s6-svlisten -d a '' sh -c 'echo seen'
wait_until test -n "$(cat "$TMPDIR/out")"
is "its output does" "$(cat "$TMPDIR/out")" seen

service f 'exit 1'
printf '#!/bin/sh\nexit 125\n' >f/finish
chmod +x f/finish
echo 3 >f/notification-fd
: >f/down
supervise f
run s6-svlisten -U -t 9000 f '' s6-svc -u f
is "a permanent failure: exit 1" "$rc.$err" \
	"1.s6-svlisten: fatal: some services reported permanent failure or their supervisor died"

# the program gets the limit of descriptors that we had
i=0 many=''
while [ $i -lt 80 ]; do many="$many b" i=$((i + 1)); done
(
	ulimit -Sn 100 2>/dev/null
	# shellcheck disable=SC2086
	s6-svlisten -t 9000 -d $many '' sh -c 'ulimit -Sn >limit; s6-svc -d b'
	echo $? >code
)
is "80 services under a limit of 100: exit 0" "$(cat code)" 0
is "the program has the limit as it was" "$(cat limit)" 100
is "no FIFO is left" "$(ls ./*/event | grep -c ftrig)" 0

if command -v execlineb >/dev/null; then
	printf '%s\n' 's6-svlisten -t 9000 -u { a b }' 's6-svc -u a b' >script
	run execlineb -P script
	is "from execline" "$rc$err.$(s6-svstat -u a)" 0.true
else
	skip "from execline" "no execlineb"
fi
done_testing
