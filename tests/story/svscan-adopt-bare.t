#!/bin/sh
# A new scanner takes over what a killed one has left, where it cannot see the
# pipes between services and loggers in /proc: it copies them from those who have
# them; where it may not do that either they keep them, and a pair gets a new pipe
# once one of its supervisors ends. svscan-adopt.t has the usual case.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

# a PID namespace of our own, so that orphans go to a process 1 that is no scanner
if [ -z "${INSIDE-}" ]; then
	unshare -mpf --mount-proc true 2>/dev/null || skip_all "no PID and mount namespaces here"
	cd "$top" || exit 111
	# process 1 only reaps
	INSIDE=1 exec unshare -mpf --mount-proc --kill-child sh -c '"$@"; exit $?' sh "$0"
fi

cat >no_proc <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"
END
cat >no_right <<'END'
#!/bin/sh
exec setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace "$@"
END
cat >no_copy <<END
#!/bin/sh
exec ./no_proc "$tool/deny" 1 pidfd_getfd "\$@"
END
chmod +x no_proc no_right no_copy

pid() { s6-svstat -o pid "$1"; }
is_up() { [ "$(s6-svstat -o up "$1" 2>/dev/null)" = true ]; }
all_up() { is_up sd/web && is_up sd/web/log; }
supervisor() {
	for p in $(pgrep -f "^s6-supervise $1\$"); do
		[ "$(readlink "/proc/$p/cwd")" = "$PWD/sd/$1" ] && echo "$p"
	done
}
gone() { [ ! -d "/proc/$1" ] || grep -q '^State:	Z' "/proc/$1/status"; }
slay() {
	kill -KILL "$@"
	for p; do wait_until gone "$p"; done
}
# what a sanitizer has to say where it sees no /proc is left out
words() { grep -v -e '^==[0-9]*==WARNING: ' -e '^False positive error' -e '^For details see' messages; }
# another DIR-PREFIX: a new scanner, under that
another() {
	slay "$scanner"
	wait "$scanner" 2>/dev/null
	"$@" s6-svscan sd 2>>messages &
	scanner=$!
	started="$started $scanner"
	wait_until grep -q 'taking over' messages
	s6-svscanctl -a sd
	wait_until all_up
}
has_lines() { [ "$(wc -l <sd/web/log/out)" -ge "$1" ]; }
say() {
	i=$n
	n=$((n + 100))
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		echo "line $i"
	done >&8
}
arrived() { ok "$1: all lines arrive" wait_until has_lines "$n"; }
is_new() { new=$(supervisor "$1") && [ -n "$new" ] && [ "$new" != "$2" ] && all_up; }
is_other() { is_up "$1" && [ "$(pid "$1")" != "$2" ]; }

begin() {
	rm -rf sd feed messages
	mkdir sd
	mkfifo feed
	exec 8<>feed
	n=0
	service sd/web 'exec cat <>../../feed'
	service sd/web/log 'exec cat >>out'
	: >sd/web/log/out
	: >messages
	scan sd 2>>messages
	wait_until all_up
	say
	arrived "$1: before"
}
end() {
	s6-svscanctl -t sd
	rc=0
	wait "$scanner" || rc=$?
	is "$1: it stops them all" "$rc" 0
	notok "$1: no supervisor is left" s6-svok sd/web
	sed 's/line //' sd/web/log/out >numbers
	seq "$n" >want
	ok "$1: no line lost, none twice" cmp numbers want
	exec 8>&-
}

# copied
if ./no_proc true 2>/dev/null; then
	begin copied
	before="$(supervisor web) $(supervisor web/log) $(pid sd/web) $(pid sd/web/log)"
	another ./no_proc
	say
	is "copied: words" "$(words)" "s6-svscan: info: taking over supervisors that run already"
	is "copied: the same processes" "$(supervisor web) $(supervisor web/log) $(pid sd/web) $(pid sd/web/log)" "$before"
	arrived copied
	slay "$(supervisor web/log)" "$(pid sd/web/log)"
	say
	arrived "copied, then the logger and its supervisor killed"
	wait_until all_up
	slay "$(supervisor web)" "$(pid sd/web)"
	say
	arrived "copied, then the service and its supervisor killed"
	wait_until all_up
	end copied
else
	skip copied "no tmpfs for /proc here"
fi

# kept NAME PREFIX
kept() {
	begin "$1"
	web=$(pid sd/web) log=$(pid sd/web/log)
	another "$2"
	is "$1: words" "$(words)" "s6-svscan: info: taking over supervisors that run already
s6-svscan: warning: no right to take over the pipe to web/log - it stays as it is until one of its supervisors ends"
	say
	arrived "$1"
	# the pair gets another pipe, and goes on with the old one until it restarts
	s=$(supervisor web) l=$(supervisor web/log)
	slay "$l"
	ok "$1: the logger's supervisor killed: replaced" wait_until is_new web/log "$l"
	ok "$1: and so is that of the service" wait_until is_new web "$s"
	is "$1: the services are the same" "$(pid sd/web) $(pid sd/web/log)" "$web $log"
	say
	arrived "$1, supervisors replaced"
	s6-svc -r sd/web
	ok "$1: the service restarts" wait_until is_other sd/web "$web"
	ok "$1: the logger has read the old pipe to its end" wait_until is_other sd/web/log "$log"
	say
	arrived "$1, both restarted"
	end "$1"
}
if ./no_copy true 2>/dev/null; then
	kept 'no /proc, no copies' ./no_copy
else
	skip 'no /proc, no copies' "no system call filters here"
fi
sleep 1000 &
started="$started $!"
if ./no_right true 2>/dev/null && ! ./no_right readlink "/proc/$!/fd/0" >/dev/null 2>&1; then
	kept 'no right' ./no_right
else
	skip 'no right' "nothing here withholds it"
fi
done_testing
