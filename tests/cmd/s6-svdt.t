#!/bin/sh
# s6-svdt: the death tally, printed
. "${0%/*}/../lib.sh"
. "$top/tests/tally.sh"

usage_ok s6-svdt
usage="s6-svdt: usage: s6-svdt [ -S | -s ] [ -n maxlines ] servicedir"
for args in '' '-n' '-n x s' '-n -1 s' '-z s' 's t'; do
	# shellcheck disable=SC2086
	run s6-svdt $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done

causes() { sed 's/^@[0-9a-f]\{24\} //'; }
tally s 100,1,0 50,143,15 10,0,0 5,255,0 1,200,99
run s6-svdt s
is "exit 0, silent" "$rc$err" 0
is "oldest first" "$(s6-svdt s | causes)" 'exitcode 1
signal SIGTERM
exitcode 0
exitcode 255
signal SIG???'
like "with labels" "$out" '^@40000000[0-9a-f]{8}075bcd15 exitcode 1$'
is "-s: numbers" "$(s6-svdt -s s | causes | grep signal)" 'signal 15
signal 99'
is "-S: names again" "$(s6-svdt -sS s | causes | grep -c SIGTERM)" 1
is "-n: the newest" "$(s6-svdt -n 2 s | causes)" 'exitcode 255
signal SIG???'
is "-n 0: none" "$(s6-svdt -n0 s)" ''
is "-n beyond all" "$(s6-svdt -n 4294967295 s | wc -l)" 5
printf 'torn' >>s/supervise/death_tally
run s6-svdt s
is "a torn tally: nothing" "$rc:$out:$err" 0::
notok "and emptied" test -s s/supervise/death_tally
rm s/supervise/death_tally
run s6-svdt s
is "no tally: nothing" "$rc:$out:$err" 0::
mkdir s/supervise/death_tally empty
run s6-svdt s
is "a directory" "$rc:$err" "111:s6-svdt: fatal: unable to read death tally for service s: Is a directory"
for name in nowhere empty ''; do
	run s6-svdt -- "$name"
	is "'$name': never supervised" "$rc:$err" \
		"111:s6-svdt: fatal: unable to read death tally for service $name: No such file or directory"
done

long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' -n; do
	tally "./$name" 1,7,0
	run s6-svdt -- "$name"
	like "name '$name'" "$rc:$out$err" '^0:@[0-9a-f]{24} exitcode 7$'
done
many=''
i=0
while [ $i -lt 50 ]; do
	many="$many 1,$i,0" i=$((i + 1))
done
# shellcheck disable=SC2086
tally s2 $many
for i in 1 2 3 4 5 6 7 8 9 10; do cat s2/supervise/death_tally; done >big
mv big s2/supervise/death_tally
is "500 deaths" "$(s6-svdt s2 | causes | cksum)" "$(for i in 1 2 3 4 5 6 7 8 9 10; do s6-svdt -n 50 s2; done | causes | cksum)"
run sh -c 's6-svdt s2 >/dev/full'
is "standard output is full" "$rc:$err" "111:s6-svdt: fatal: unable to write to stdout: No space left on device"
done_testing
