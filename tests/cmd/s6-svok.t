#!/bin/sh
# s6-svok: yes, no, cannot tell
. "${0%/*}/../lib.sh"

usage_ok s6-svok
run s6-svok
is "no argument: exit 100" "$rc" 100
is "no argument: usage" "$err" "s6-svok: usage: s6-svok servicedir..."

run s6-svok nowhere
is "no such directory: exit 1, silent" "$rc$out$err" 1
mkdir never
run s6-svok never
is "never supervised: exit 1, silent" "$rc$out$err" 1
mkdir never/supervise
: >never/supervise/lock
run s6-svok never
is "a lock that nobody holds: exit 1, silent" "$rc$out$err" 1
run s6-svok ''
is "empty name: exit 1" "$rc" 1

long=$(printf '%0250d' 0)
newline=$(printf 'a\nb c')
set -- up other "$long" "$newline" -a --version
for name; do mkdir -p "./$name/supervise"; done
mkfifo hold
"$SEXTET_TREE/tests/tool/holdlock" up/supervise/lock other/supervise/lock \
	"$long/supervise/lock" "$newline/supervise/lock" ./-a/supervise/lock \
	./--version/supervise/lock <hold >held &
exec 8>hold
wait_until test -s held
for name; do
	run s6-svok -- "$name"
	is "'$(printf %.9s "$name" | tr '\n' '?')...' supervised: exit 0, silent" "$rc$out$err" 0
done
run s6-svok -a
is "-a is a directory, not an option" "$rc" 0
run s6-svok up other
is "two supervised: exit 0" "$rc" 0
run s6-svok up never
is "one of two supervised: exit 1" "$rc" 1
run s6-svok never up
is "in either order" "$rc" 1

if others_may_run; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	chmod 700 up/supervise
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svok" up
	is "no permission: exit 111" "$rc" 111
	is "no permission: message" "$err" "s6-svok: fatal: unable to check up: Permission denied"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svok" other
	is "permission to read is enough" "$rc" 0
else
	skip "no permission" "nobody else may run $bin"
fi
run s6-svok "$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long"
is "name too long: exit 111" "$rc" 111

exec 8>&-
wait_until sh -c '! s6-svok up'
run s6-svok up
is "holder gone: exit 1" "$rc" 1
done_testing
