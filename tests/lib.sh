# lib.sh - the TAP helpers of every shell test; read with: . "${0%/*}/../lib.sh"
#
# A test starts in an empty directory of its own ($TMPDIR/t), finds the programs
# under test first in PATH ($bin), and ends with done_testing. tests/run gives it
# a guard that removes the directory, ends what was left running and says so.
#
#   run CMD [ARG...]     runs it; sets $rc, $out and $err (without last newlines)
#   said FILE            what is in it, error texts of musl turned into those of
#                        glibc, as run does for $err
#   is NAME GOT WANT     equal strings
#   like NAME GOT REGEX  extended regular expression, searched
#   ok NAME CMD [ARG..]  the command succeeds
#   notok NAME CMD ..    it does not
#   skip NAME WHY        counted as skipped, with the reason
#   skip_all WHY         the whole test
#   wait_until CMD ...   until the command succeeds; 1 after 10 s ($WAIT seconds)
#   usage_ok PROG ...    --help, --version and the exit 100 of bad options
#   others_may_run       can the programs be run as another user? Not without root,
#                        nor from a clone below a closed directory such as /root
#   with_accounts CMD .. run where ./passwd and ./group are the files of /etc (in
#                        a mount namespace), and ./nsswitch.conf if it is there;
#                        "with_accounts true" tells if it can
#   ext4 DIR [SIZE]      makes DIR an ext4 of its own (16M), mounted from ./DIR.img
#   service NAME [RUN]   a service directory ./NAME whose run is the script RUN
#   supervise NAME       s6-supervise on ./NAME in the background; waits until it
#                        listens; sets $sup
#   scan DIR [OPTION..]  s6-svscan on DIR in the background; waits until it
#                        listens; sets $scanner
#   scan_ended           waits for the scanner's end; its exit code in $rc
#   begin NAME [CMD ..]  s6-supervise on ./NAME, as the last words of CMD, what it says
#                        in NAME.err; waits until the events that "hear NAME" gets tell
#                        that it is there: until then the status is its predecessor's
#   murder NAME          kills what begin started
#   slay PID...          kills them; waits until they are dead
#   gone PID             there is no such process any more
#   dead PID             nor a living one: a zombie at most
#   is_up DIR            the service in DIR is up
#   is_other DIR PID     so it is, and as another process
#   pid DIR              prints the service's
#   lacks DIR            it has no supervisor
#   tell NAME LETTERS    commands to the supervisor of ./NAME
#   hear NAME            what ./NAME/event is told from now on goes to ./NAME.events
#   heard NAME WORD      these events begin with WORD ("heard NAME WORD only": are it)
#   state NAME FIELD     prints a field of s6-svstat
#   is_state NAME FIELD VALUE
#   moment LABEL         prints a time label of s6-svstat -o as nanoseconds
#   stop_all             ends what supervise and scan started, and waits for it

set -u
top=$(cd "${0%/*}/../.." && pwd)
bin=${SEXTET_BIN:-$top/build/check/root/bin}
PATH=$bin:$PATH
export PATH
LC_ALL=C
export LC_ALL
umask 022
: "${WAIT=10}"
: "${TMPDIR:=$(mktemp -d)}"
mkdir -p "$TMPDIR/t" && cd "$TMPDIR/t" || exit 111
tap_count=0 tap_failed=0 started=''
rc=0 out='' err=''

tap_line() {
	tap_count=$((tap_count + 1))
	printf '%s %d - %s\n' "$1" "$tap_count" "$2"
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

run() {
	rc=0
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null || rc=$?
	out=$(cat "$TMPDIR/out")
	err=$(said "$TMPDIR/err")
}

said() {
	sed 's/: Resource busy$/: Device or resource busy/
		s/: Not a tty$/: Inappropriate ioctl for device/
		s/: Symbolic link loop$/: Too many levels of symbolic links/
		s/: I\/O error$/: Input\/output error/
		s/: Filename too long$/: File name too long/
		s/: No file descriptors available$/: Too many open files/
		s/: Operation timed out$/: Connection timed out/' "$@"
}

is() {
	if [ "$2" = "$3" ]; then tap_line ok "$1"; return 0; fi
	tap_line 'not ok' "$1"
	diag "got:  $2"
	diag "want: $3"
	return 1
}

like() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then tap_line ok "$1"; return 0; fi
	tap_line 'not ok' "$1"
	diag "got:  $2"
	diag "want: /$3/"
	return 1
}

ok() {
	tap_name=$1
	shift
	if "$@"; then tap_line ok "$tap_name"; return 0; fi
	tap_line 'not ok' "$tap_name"
	diag "failed: $*"
	return 1
}

notok() {
	tap_name=$1
	shift
	if "$@"; then
		tap_line 'not ok' "$tap_name"
		diag "succeeded: $*"
		return 1
	fi
	tap_line ok "$tap_name"
}

# The pid of a service that is down reads -1, and kill would then end every
# process that it may: such a mistake must stay within the test.
kill() {
	for tap_arg; do
		if [ "$tap_arg" = -1 ]; then
			tap_line 'not ok' "kill -1 refused: kill $*"
			return 1
		fi
	done
	command kill "$@"
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

# The one place where a test looks again and again: what it waits for is an
# event, the short pause only spares the processor.
wait_until() {
	tap_end=$(($(date +%s) + WAIT))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$tap_end" ] || return 1
		sleep 0.02
	done
}

usage_ok() {
	run "$1" --version
	is "$1 --version: exit 0" "$rc" 0
	like "$1 --version: names itself" "$out" "^$1 \\(Sextet\\) [0-9]"
	run "$1" --help
	is "$1 --help: exit 0" "$rc" 0
	like "$1 --help: synopsis on stdout" "$out" "^usage: $1"
}

with_accounts() {
	unshare -m sh -c 'for f in passwd group nsswitch.conf; do
			[ ! -e $f ] || mount --bind $f /etc/$f 2>/dev/null || exit 111
		done && exec "$@"' sh "$@"
}

others_may_run() {
	# setpriv itself keeps root's capabilities until it executes the shell
	[ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups \
		sh -c 'exec "$1" --version' sh "$bin/s6-svok" >/dev/null 2>&1
}

ext4() {
	[ "$(id -u)" = 0 ] || return 1
	truncate -s "${2:-16M}" "./$1.img" && mkdir -p "./$1" &&
		PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -O ^has_journal "./$1.img" >/dev/null 2>&1 &&
		mount -o loop,errors=remount-ro "./$1.img" "./$1" 2>/dev/null
}

service() {
	mkdir -p "./$1"
	printf '%s\n' "#!/bin/sh" "${2:-exec sleep 1000}" >"./$1/run"
	chmod +x "./$1/run"
}

supervise() {
	s6-supervise "$1" &
	sup=$!
	started="$started $sup"
	# the lock comes first, the status last: until then nobody is listening
	wait_until s6-svstat "$1" || diag "s6-supervise $1 does not listen"
}

scan_ended() {
	rc=0
	wait "$scanner" || rc=$?
}

begin() {
	tap_service=$1
	shift
	tap_before=$(told "$tap_service")
	"$@" s6-supervise "$tap_service" 2>>"$tap_service.err" &
	sup=$!
	eval "sup_$tap_service=$sup"
	started="$started $sup"
	wait_until newer "$tap_service"
}

told() { tr -dc s <"$1.events" | wc -c; }
newer() { [ "$(told "$1")" -gt "$tap_before" ]; }

murder() {
	eval "tap_pid=\$sup_$1"
	kill -9 "$tap_pid"
	wait "$tap_pid" 2>/dev/null
}

slay() {
	kill -KILL "$@"
	for tap_pid; do wait_until dead "$tap_pid"; done
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

dead() {
	gone "$1" || grep -q '^State:	Z' "/proc/$1/status"
}

is_up() {
	[ "$(s6-svstat -o up -- "$1" 2>/dev/null)" = true ]
}

is_other() {
	is_up "$1" && [ "$(pid "$1")" != "$2" ]
}

pid() {
	s6-svstat -o pid "$1"
}

lacks() {
	! s6-svok "$1"
}

tell() {
	printf %s "$2" >"./$1/supervise/control"
}

hear() {
	s6-mkfifodir "./$1/event" 2>/dev/null
	tap_fifo="./$1/event/ftrig1:@400000000000000000000000:hearer"
	mkfifo -m 622 "$tap_fifo" || return 1
	cat <>"$tap_fifo" >"./$1.events" &
	started="$started $!"
	wait_until [ -e "./$1.events" ]
}

heard() {
	# an event takes its time through the FIFO and cat, even when its sender is gone
	[ "${3-}" != only ] || (wait_until heard "$1" "$2")
	tap_events=$(cat "./$1.events")
	case $tap_events in
	"$2") return 0 ;;
	"$2"*) [ "${3-}" = only ] || return 0 ;;
	esac
	diag "heard of $1: $tap_events"
	return 1
}

state() {
	s6-svstat -o "$2" "./$1"
}

is_state() {
	[ "$(state "$1" "$2")" = "$3" ]
}

moment() {
	tap_label=${1#@4}
	echo $((0x${tap_label%????????} * 1000000000 + 0x${tap_label#???????????????}))
}

scan() {
	tap_dir=$1
	shift
	s6-svscan "$@" -- "$tap_dir" &
	scanner=$!
	started="$started $scanner"
	wait_until s6-svscanctl "$tap_dir" || diag "s6-svscan $tap_dir does not listen"
}

stop_all() {
	for tap_pid in $started; do kill -TERM "$tap_pid" 2>/dev/null; done
	for tap_pid in $started; do wait "$tap_pid" 2>/dev/null; done
	started=''
}

done_testing() {
	stop_all
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" = 0 ]
	exit $?
}
