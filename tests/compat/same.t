#!/bin/sh
# The cases of same.sh on our programs and on those of s6 2.15: all alike, but for
# what doc/compatibility.md says.
. "${0%/*}/../lib.sh"
oracle=$top/tests/compat/oracle
why=$("$oracle" have 2.15) || skip_all "$why"

differs='s6-envdir -L
s6-envdir -L: 5000 bytes
s6-envuidgid -n daemon
s6-softlimit -h -o 99
s6-softlimit -Z
s6-tai64n: full
s6-tai64nlocal -g: @400000006b023d33ffffffff x
s6-tai64nlocal: @400000006b023d33ffffffff x, no newline
s6-log: archives'

# split DIR: a file for each case, DIR/NUMBER, its name in DIR/NUMBER.name. Of usage, its
# exit code counts; and upstream's s6-setuidgid speaks as the programs that it becomes.
split() {
	mkdir "$1"
	sed 's/: usage: .*/: usage/; s/^s6-\(env\|apply\)uidgid: \(fatal: unknown\|usage\)/s6-setuidgid: \2/' | awk -v dir="$1" '
		/^== / { n++; print substr($0, 4) > (dir "/" n ".name"); next }
		{ print > (dir "/" n) }'
}
mkdir one other
(cd one && sh "$top/tests/compat/same.sh" </dev/null) | split ours
(cd other && "$oracle" run 2.15 sh "$top/tests/compat/same.sh" </dev/null) | split theirs

n=0
while n=$((n + 1)) && [ -e ours/$n ]; do
	name=$(cat ours/$n.name)
	if printf '%s\n' "$differs" | grep -qxF "$name"; then
		ok "$name: otherwise, as documented" [ "$(cat ours/$n)" != "$(cat theirs/$n)" ]
	else
		is "$name" "$(cat ours/$n)" "$(cat theirs/$n)"
	fi
done
ok "they are many" [ $n -gt 200 ]
is "all were tried" "$n.$(cat ours/*.name | cksum)" "$(($(ls theirs/*.name | wc -l) + 1)).$(cat theirs/*.name | cksum)"
done_testing
