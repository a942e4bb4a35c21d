#!/bin/sh
# s6-svscanctl against a FIFO that the test itself holds open
. "${0%/*}/../lib.sh"

usage_ok s6-svscanctl
synopsis='s6-svscanctl: usage: s6-svscanctl [ -zabhitqnN ] [ --upgrade[=scanner] ] scandir'

# heard N: the next N bytes that arrived
heard() {
	dd bs=1 count="$1" <&9 2>/dev/null
}

for args in '' '-a' '-p sd' '-r sd' '-s sd' '-0 sd' '-6 sd' '-7 sd' '-8 sd' '-x sd' '--upgrade' '--upgrade=x sd' '--upgrade= sd'; do
	# shellcheck disable=SC2086
	run s6-svscanctl $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done
run s6-svscanctl -a ''
is "empty name: exit 100" "$rc" 100
run s6-svscanctl --scan sd
is "unknown long option: exit 100" "$rc" 100

run s6-svscanctl -a nowhere
is "no such directory: exit 111" "$rc" 111
is "no such directory: message" "$err" \
	"s6-svscanctl: fatal: unable to control nowhere: No such file or directory"

mkdir sd
run s6-svscanctl -a sd
is "never run: exit 100" "$rc" 100
is "never run: message" "$err" \
	"s6-svscanctl: fatal: unable to control sd: supervisor not listening"

touch file
run s6-svscanctl -a file
is "a file: exit 100" "$rc" 100
is "a file: message" "$err" "s6-svscanctl: fatal: unable to control file: Not a directory"

mkdir sd/.s6-svscan
mkfifo sd/.s6-svscan/control
run s6-svscanctl -a sd
is "no reader: exit 100" "$rc" 100
is "no reader: message" "$err" \
	"s6-svscanctl: fatal: unable to control sd: supervisor not listening"
run s6-svscanctl sd
is "no reader, no command: exit 100" "$rc" 100

exec 9<>sd/.s6-svscan/control
run s6-svscanctl sd
is "listener, no command: exit 0" "$rc" 0
run s6-svscanctl -zabhitqnN sd
is "every letter: exit 0" "$rc" 0
is "every letter: silent" "$out$err" ""
is "every letter: arrives in order" "$(heard 9)" zabhitqnN
run s6-svscanctl -a -Nan -- sd
is "separate options arrive in order" "$(heard 4)" aNan
a64=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
run s6-svscanctl -$a64 sd
is "64 commands: exit 0" "$rc" 0
is "64 commands arrive" "$(heard 64)" $a64
run s6-svscanctl -a$a64 sd
is "65 commands: exit 100" "$rc" 100
is "65 commands: message" "$err" "s6-svscanctl: fatal: too many commands"
run s6-svscanctl -n sd other
is "several directories: the first" "$rc.$(heard 1)" 0.n
is "several directories: a warning" "$err" "s6-svscanctl: warning: ignoring extra arguments"

# upgrade, through a FIFO of its own
run s6-svscanctl --upgrade sd
is "no control-x: exit 1" "$rc.$err" "1.s6-svscanctl: fatal: sd does not support upgrade"
mkfifo sd/.s6-svscan/control-x
run s6-svscanctl --upgrade sd
is "no reader of control-x: exit 1" "$rc.$err" "1.s6-svscanctl: fatal: sd does not support upgrade"
exec 8<>sd/.s6-svscan/control-x
run s6-svscanctl --upgrade sd
is "--upgrade: exit 0" "$rc.$out$err" 0.
run s6-svscanctl --upgrade=scanner -a sd
is "--upgrade=scanner: exit 0" "$rc.$out$err" 0.
is "they arrive there" "$(dd bs=1 count=2 <&8 2>/dev/null)" US
is "the others where they belong" "$(heard 1)" a
exec 8>&- 9>&-
run s6-svscanctl --upgrade sd
is "no reader at all: exit 100" "$rc.$err" \
	"100.s6-svscanctl: fatal: unable to control sd: supervisor not listening"

long=$(printf '%0250d' 0)
newline=$(printf 'a\nb c')
for name in "$long" "$newline" -a --help; do
	mkdir -p "./$name/.s6-svscan"
	mkfifo "./$name/.s6-svscan/control"
	exec 9<>"./$name/.s6-svscan/control"
	run s6-svscanctl -q -- "$name"
	is "directory '$name': exit 0" "$rc" 0
	is "directory '$name': arrives" "$(heard 1)" q
	exec 9>&-
done

if others_may_run; then
	chmod 700 sd
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/s6-svscanctl" -a sd
	is "unreadable: exit 111" "$rc" 111
	like "unreadable: message" "$err" '^s6-svscanctl: fatal: unable to control sd: Permission denied$'
else
	skip "unreadable" "nobody else may run $bin"
fi

done_testing
