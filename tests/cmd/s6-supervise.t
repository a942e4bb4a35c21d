#!/bin/sh
# s6-supervise by itself: usage, what it makes, what it gives its children
. "${0%/*}/../lib.sh"

usage_ok s6-supervise
ok "the one in PATH is the one under test" [ "$(command -v s6-supervise)" = "$bin/s6-supervise" ]
usage='s6-supervise: usage: s6-supervise servicedir'
run s6-supervise
is "no operand" "$rc.$err" "100.$usage"
run s6-supervise a b
is "two operands" "$rc.$err" "100.$usage"
run s6-supervise absent
is "no such directory" "$rc.$err" "111.s6-supervise: fatal: unable to chdir to absent: No such file or directory"
run s6-supervise ''
is "an empty name" "$rc.$err" "111.s6-supervise: fatal: unable to chdir to : No such file or directory"
touch file
run s6-supervise file
is "no directory" "$rc.$err" "111.s6-supervise: fatal: unable to chdir to file: Not a directory"

# what it refuses to work on
service bad
touch bad/supervise
run s6-supervise bad
is "supervise is a file" "$rc.$err" "100.s6-supervise bad: fatal: supervise exists and is not a directory"
rm -r bad/supervise bad/event
touch bad/event
run s6-supervise bad
is "event is a file" "$rc.$err" "100.s6-supervise bad: fatal: event exists and is not a directory"
rm bad/event
mkdir bad/supervise
touch bad/supervise/control
run s6-supervise bad
is "control is a file" "$rc.$err" "100.s6-supervise bad: fatal: supervise/control is not a FIFO"
rm bad/supervise/control
ln -s ../run bad/supervise/control
run s6-supervise bad
is "control is a link" "$rc.$err" "100.s6-supervise bad: fatal: supervise/control is not a FIFO"
service plain
mkdir -p plain/supervise
ln -s ../run plain/supervise/control-x
supervise plain 2>plain.err
is "control-x is a link: not followed, and it can do without" "$(cat plain.err)" \
	"s6-supervise plain: warning: unable to open supervise/control-x: Protocol error"
run s6-svc --upgrade plain
is "but not be upgraded" "$rc.$err" "111.s6-svc: warning: unable to control plain: Protocol error"
is "and nobody writes into what is there" "$(grep -c U plain/run)" 0
stop_all
rm -r bad/supervise
ln -s supervise bad/supervise
run s6-supervise bad
is "supervise is a link to itself" "$rc.$err" \
	"111.s6-supervise bad: fatal: unable to stat supervise: Too many levels of symbolic links"
rm bad/supervise
ln -s ../deep/deeper/super bad/supervise
run s6-supervise bad
is "a link into nowhere" "$rc.$err" \
	"111.s6-supervise bad: fatal: unable to mkdir ../deep/deeper/super: No such file or directory"
rm bad/supervise
for f in lock child; do
	mkdir -p bad/supervise
	ln -s ../run "bad/supervise/$f"
	run s6-supervise bad
	is "$f is a link: not followed" "$rc" 111
	like "$f is a link: said so" "$err" "unable to (lock|open) supervise/$f: Too many levels of symbolic links"
	rm -r bad/supervise
done

# what it makes
mkdir elsewhere
service links
ln -s ../elsewhere/first links/supervise
ln -s "$PWD/elsewhere/ev" links/event
ln -s second elsewhere/first
touch links/down
(umask 077 && exec s6-supervise links) &
started="$started $!"
# the status is the last of them
wait_until s6-svstat links
is "a link to a link to nothing: the directory is made" \
	"$(stat -c '%F %a' elsewhere/second elsewhere/ev)" "directory 700
directory 3730"
is "files of supervise" "$(cd elsewhere/second && stat -c '%n %A %s' -- *)" "child -rw------- 64
control prw------- 0
control-x prw------- 0
death_tally -rw------- 0
lock -rw------- 0
status -rw------- 35"
run s6-supervise links
is "a second one" "$rc.$err" \
	"100.s6-supervise links: fatal: another instance of s6-supervise is already running"
is "down: not started" "$(s6-svstat links)" "down (not started yet) "

# what run is given: the supervisor's own, seen by the same program before
cat >look <<'END'
ls -l /proc/self/fd | awk '$9 ~ /^[0-9]+$/ { print $9 }' | sort -n >"$as.fds"
sed -n 's/^Sig\(Blk\|Ign\):.//p' /proc/self/status >"$as.signals"
umask >"$as.umask"
env | sort >"$as.environment"
END
service given 'echo "$0|$*|$(pwd -P)" >argv
	cut -d" " -f1,5,6 /proc/$$/stat >ids
	as=../run; . ../look
	exec sleep 1000'
hear given
# shellcheck disable=SC3045
(
	trap '' USR1 TERM HUP
	umask 027
	export FOO=bar
	as=before; . ./look
	exec s6-supervise given <file >out 2>err
) &
sup=$!
wait_until [ -s run.environment ] && wait_until heard given su
is "argv and directory of run" "$(cat given/argv)" "./run|given|$(pwd -P)/given"
is "run leads a session and a group" "$(cat given/ids)" \
	"$(p=$(state given pid); echo "$p $p $p")"
for what in fds umask environment; do
	ok "known: $what" [ -s "run.$what" ]
	is "$what of run: as the supervisor's" \
		"$(grep -Ev '^(PWD|OLDPWD|_|SHLVL)=' "run.$what")" "$(grep -Ev '^(PWD|OLDPWD|_|SHLVL)=' "before.$what")"
done
is "signals of run: none blocked, ignored what was ignored" \
	"$(cat run.signals)" "$(cat before.signals)"
ok "events of a start" heard given su only
tell given xk
wait "$sup"
is "and leaves: exit 0, nothing said" "$?.$(cat out err)" 0.
ok "events of the end" heard given sudDx only

# hostile names
long=$(printf '%0250d' 0)
for name in 'a b' '--help' '-x' "$(printf 'new\nline')" "$long" 'st*r'; do
	service "./$name" 'printf %s "$1" >new; mv new got; exec sleep 1000'
	(cd "./$name" && touch down)
	s6-supervise -- "$name" 2>hostile.err &
	pid=$!
	wait_until s6-svok "./$name"
	ok "supervises a directory called $(printf %s "$name" | tr '\n' '?' | cut -c 1-20)" s6-svok "./$name"
	printf u >"./$name/supervise/control"
	wait_until is_state "$name" up true
	wait_until test -e "./$name/got"
	is "the name is what run gets" "$(cat "./$name/got")" "$name"
	kill -TERM "$pid"
	wait "$pid"
	is "and it leaves: exit 0, nothing said" "$?.$(cat hostile.err)" 0.
done

done_testing
