#!/bin/sh
# s6-svdt-clear: deaths forgotten
. "${0%/*}/../lib.sh"
. "$top/tests/tally.sh"

usage_ok s6-svdt-clear
run s6-svdt-clear
is "usage" "$rc:$err" "100:s6-svdt-clear: usage: s6-svdt-clear servicedir..."

tally s 100,1,0 50,143,15
run s6-svdt-clear s
is "exit 0, silent" "$rc$out$err" 0
is "the tally is empty" "$(s6-svdt s):$(stat -c '%a %s' s/supervise/death_tally)" ':644 0'
is "nothing else is there" "$(ls s/supervise)" death_tally
rm s/supervise/death_tally
run s6-svdt-clear s
is "no tally: an empty one is made" "$rc$err:$(stat -c %s s/supervise/death_tally)" 0:0
tally s 1,1,0
tally s2 1,1,0
run s6-svdt-clear s s2
is "several" "$rc:$(s6-svdt s; s6-svdt s2)" 0:

tally s 1,1,0
mkdir empty
for name in nowhere empty ''; do
	run s6-svdt-clear -- "$name" s
	is "'$name': never supervised" "$rc:$err" \
		"111:s6-svdt-clear: fatal: unable to clear death tally for service $name: No such file or directory"
done
is "which ends it" "$(s6-svdt s | wc -l)" 1
rm s/supervise/death_tally
mkdir s/supervise/death_tally
run s6-svdt-clear s
is "a directory" "$rc:$err" "111:s6-svdt-clear: fatal: unable to clear death tally for service s: Is a directory"
long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' -n; do
	tally "./$name" 1,7,0
	run s6-svdt-clear -- "$name"
	is "name '$name'" "$rc$err:$(s6-svdt -- "$name")" 0:
done
done_testing
