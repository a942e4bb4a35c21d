#!/bin/sh
# s6-svscanboot: what it makes, and that the tree it starts logs itself
. "${0%/*}/../lib.sh"

usage_ok s6-svscanboot

# boot ARG...: in the background; waits until the tree listens
boot() {
	for boot_dir; do :; done
	s6-svscanboot "$@" &
	scanner=$!
	started="$started $scanner"
	wait_until s6-svscanctl "$boot_dir"
}

## refusals

for args in '' '-z sd' '-X 3 sd' '-C x sd' '-d x sd' '-t 1.5 sd' '--nonsense sd' '-D'; do
	# shellcheck disable=SC2086
	run s6-svscanboot $args
	is "'$args': exit 100" "$rc" 100
done
run s6-svscanboot -D logs ''
is "empty name: exit 100" "$rc" 100
# refused MESSAGE CODE ARG...
refused() {
	want=$1 code=$2
	shift 2
	run s6-svscanboot "$@"
	is "'$*': exit $code" "$rc" "$code"
	is "'$*': message" "$err" "s6-svscanboot: fatal: $want"
}
refused 'catchall-mode must be an (octal) unsigned integer' 100 -m 99 -D logs sd
refused 'notif must be 3 or more' 100 -d 2 -D logs sd
refused 'invalid notification fd: Bad file descriptor' 100 -d 9 -D logs sd
unset XDG_RUNTIME_DIR
refused 'XDG_RUNTIME_DIR is not set' 100 -u sd
refused 'unable to open /nowhere: No such file or directory' 111 -D logs -c /nowhere sd
touch file
refused "unable to mkdir $(pwd)/file/logs: Not a directory" 111 -D file/logs sd
refused 'unable to mkdir file/sd: Not a directory' 111 -D logs file/sd
if [ "$(id -u)" = 0 ]; then
	refused 'unknown user: nobody-of-that-name' 111 -l nobody-of-that-name -D logs sd
else
	skip "unknown user" "needs root"
	skip "unknown user: message" "needs root"
fi
rm -rf sd logs

## what it makes

here=$(pwd)
if ! command -v execlineb >/dev/null 2>&1; then
	skip "the tree logs itself" "no execlineb here"
	done_testing
fi
[ -x "$bin/s6-log" ] || { skip "the tree logs itself" "no s6-log built"; done_testing; }
umask 077
boot -D 'logs/of "all"\' -o 't s5000' -C 50 deep/sd 2>console
umask 022
svc=deep/sd/s6-svscan-log
is "the service" "$(cd $svc && stat -c '%n %A' fifo run notification-fd)" "fifo prw-------
run -rwxr-xr-x
notification-fd -rw-r--r--"
is "notification-fd" "$(cat $svc/notification-fd)" 3
is "run: the script" "$(sed -e 1d -e 's/\\/\//g' $svc/run)" "fdmove -c 1 2
redirfd -rnb 0 fifo
exec -c
$bin/s6-log -bpd3 -- t s5000 \"$here/logs/of /\"all/\"//\""
like "run: the interpreter" "$(sed 1q $svc/run)" '^#!/.*execlineb -s1$'
is "the directory" "$(stat -c %A "logs/of \"all\"\\")" drwxr-s---
is "scandir" "$(stat -c %A deep/sd)" drwx------
ok "the logger runs" wait_until is_up $svc
is_ready() {
	[ "$(s6-svstat -o ready $svc)" = true ]
}
ok "and is ready" wait_until is_ready
tr '\0' ' ' <"/proc/$scanner/cmdline" >cmdline
is "the scanner, in the same process" "$(cat cmdline)" \
	"$bin/s6-svscan -X 3 --services-max=50 -- deep/sd "
is "its standard input" "$(readlink "/proc/$scanner/fd/0")" /dev/null
is "its standard output" "$(readlink "/proc/$scanner/fd/1")" "$here/$svc/fifo"
service deep/sd/talks 'echo to stdout; echo to stderr >&2; exec sleep 1000'
s6-svscanctl -a deep/sd
log="logs/of \"all\"\\/current"
ok "a service without a logger is logged" wait_until grep -q 'to stdout' "$log"
ok "its stderr, too" wait_until grep -q 'to stderr' "$log"
like "with a time stamp" "$(grep stdout "$log")" '^@[0-9a-f]{24} to stdout$'
printf 'X' >deep/sd/.s6-svscan/control
ok "what the scanner says is logged" wait_until grep -q 'unknown control command: X' "$log"
run s6-svscanboot -D logs deep/sd
is "a second one: exit 100" "$rc" 100
is "a second one: message" "$err" \
	"s6-svscanboot: fatal: another instance of s6-svscan is already running on deep/sd"
ok "and the first goes on" is_up $svc
s6-svscanctl -t deep/sd
scan_ended
is "stopped: exit 0" "$rc" 0
is "nothing came to the console" "$(cat console)" ''

## again over what there is; another console; notification

touch $svc/stale
mkfifo told
cat told >told.out &
reader=$!
: >console
boot --console=console -m 700 --catchall-directory=logs2 -d 3 deep/sd 3>told
ok "notification: passed on" wait "$reader"
is "notification: a newline" "$(od -An -c told.out)" '  \n'
notok "the service is made anew" test -e $svc/stale
is "mode" "$(stat -c %A logs2)" drwx------
tr '\0' ' ' <"/proc/$scanner/cmdline" >cmdline
is "the console is on another descriptor" "$(cat cmdline)" \
	"$bin/s6-svscan -X 4 --notification-fd=3 -- deep/sd "
ok "up" wait_until is_ready
is "the logger's own messages go to the console" \
	"$(readlink "/proc/$(s6-svstat -o pid $svc)/fd/2")" "$here/console"
s6-svscanctl -t deep/sd
scan_ended
is "stopped: exit 0" "$rc" 0

## a user's own

XDG_RUNTIME_DIR=$here/runtime
export XDG_RUNTIME_DIR
boot -u sd
ok "-u: under XDG_RUNTIME_DIR" test -d runtime/uncaught-logs
svc=sd/s6-svscan-log
wait_until is_ready
s6-svscanctl -t sd
scan_ended
if others_may_run && id nobody >/dev/null 2>&1; then
	boot -l nobody -D logs3 sd
	ok "-l: up" wait_until is_ready
	is "-l: the logger runs as that user" "$(stat -c %U "/proc/$(s6-svstat -o pid $svc)")" nobody
	is "-l: who owns the directory" "$(stat -c %U logs3)" nobody
	s6-svscanctl -t sd
	scan_ended
	is "-l: stopped" "$rc" 0
else
	skip "-l" "no user nobody who may run $bin"
fi
if others_may_run; then
	mkdir own
	chown 54323:54323 own
	cd own || exit 111
	setpriv --reuid=54323 --regid=54323 --clear-groups "$bin/s6-svscanboot" \
		-l nobody -D logs sd 2>../messages &
	scanner=$!
	started="$started $scanner"
	wait_until s6-svscanctl sd
	wait_until is_ready
	is "-l as somebody else than root: a warning" "$(cat ../messages)" \
		"s6-svscanboot: warning: only root can have the catch-all logger run as nobody"
	is "-l as somebody else than root: ignored" \
		"$(stat -c %u "/proc/$(s6-svstat -o pid $svc)")" 54323
	s6-svscanctl -t sd
	scan_ended
	cd ..
else
	skip "-l as somebody else than root" "nobody else may run $bin"
fi

done_testing
