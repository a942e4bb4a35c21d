#!/bin/sh
# Upgrade in place while a service talks to its logger as fast as it can: no line
# is lost, none twice, also when supervisors are killed amid upgrades. Program
# files that are not fit to take over change nothing, and that is said.
. "${0%/*}/../lib.sh"
. "$top/tests/build.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

home=$TMPDIR/root/bin
mkdir -p "$home"
for v in one two; do
	another_build "$TMPDIR/$v" "$home" "$v" s6-svscan s6-supervise || skip_all "no build of another version here"
done
put() {
	for f in s6-svscan s6-supervise; do
		cp "$TMPDIR/$1/bin/$f" "$home/$f.new" && mv "$home/$f.new" "$home/$f"
	done
}
PATH=$home:$PATH

# a child of a supervisor's that is asked whether it could take over looks like one
is_asked() { [ "$(cat "/proc/$(awk '{ sub(/.*\) /, ""); print $2 }' "/proc/$1/stat")/comm")" = s6-supervise ]; }
supervisor() {
	for p in $(pgrep -f "^s6-supervise $1\$"); do
		[ "$(readlink "/proc/$p/cwd")" = "$PWD/sd/$1" ] && ! is_asked "$p" && echo "$p"
	done 2>/dev/null
}
runs() { cmp -s "/proc/$1/exe" "$TMPDIR/$2/bin/$3"; }
all() {
	runs "$scanner" "$1" s6-svscan && runs "$(supervisor web)" "$1" s6-supervise &&
		runs "$(supervisor web/log)" "$1" s6-supervise
}
pid() { s6-svstat -o pid "$1"; }
is_up() { [ "$(s6-svstat -o up "$1")" = true ]; }
both_up() { is_up sd/web && is_up sd/web/log; }
gone() { [ ! -d "/proc/$1" ] || grep -q '^State:	Z' "/proc/$1/status"; }
slay() {
	kill -KILL "$@"
	for p; do wait_until gone "$p"; done
}
has() { [ "$(wc -l <sd/web/log/out)" -ge "$1" ]; }
more() {
	tap_lines=$(wc -l <sd/web/log/out)
	wait_until has $((tap_lines + 1000))
}

put one
mkdir sd
# it goes on where the last instance came to; a block is written or it is not
service sd/web 'n=$(cat ../../said 2>/dev/null || echo 0)
	while [ ! -e ../../enough ]; do
		"$TOOL/lines" 100 0 "$n" || exit 1
		n=$((n + 100))
		echo "$n" >../../said
	done
	echo "$n" >../../total
	exec sleep 1000'
service sd/web/log 'exec cat >>out'
TOOL=$tool
export TOOL
: >sd/web/log/out
scan sd 2>>messages
wait_until both_up
before="$scanner $(supervisor web) $(supervisor web/log) $(pid sd/web) $(pid sd/web/log)"
ok "lines come" more
done=0
for i in 1 2 3 4 5; do
	for v in two one; do
		put $v
		s6-svscanctl --upgrade sd
		wait_until all $v && done=$((done + 1))
	done
done
is "ten upgrades" "$done" 10
is "the same processes" "$scanner $(supervisor web) $(supervisor web/log) $(pid sd/web) $(pid sd/web/log)" "$before"
ok "lines come" more
# kill -9 amid an upgrade
for i in 1 2 3 4 5 6; do
	s=$(supervisor web) l=$(supervisor web/log)
	s6-svc --upgrade sd/web
	s6-svc --upgrade sd/web/log
	kill -KILL "$s"
	wait_until gone "$s"
	[ $((i % 2)) = 0 ] || kill -KILL "$l"
	wait_until s6-svok sd/web && wait_until s6-svok sd/web/log
	wait_until both_up
done
ok "killed amid upgrades: lines come" more
s=$scanner
put two
s6-svscanctl --upgrade sd
slay "$s"
wait "$s" 2>/dev/null
scan sd 2>>messages
wait_until both_up
ok "the scanner killed amid an upgrade: lines come" more
is "the service and its logger are the same" "$(pid sd/web) $(pid sd/web/log)" \
	"$(echo "$before" | cut -d ' ' -f 4-)"
touch enough
wait_until [ -s total ]
wait_until has "$(cat total)"
# while nothing is said: the pipe outlives both of its ends
s6-svscanctl --upgrade sd
slay "$(supervisor web/log)" "$(pid sd/web/log)"
wait_until both_up
# they are gone before the next instance looks for them
rm enough total
slay "$(supervisor web)" "$(pid sd/web)"
wait_until both_up
ok "all killed after an upgrade: lines come" more
touch enough
wait_until [ -s total ]
wait_until has "$(cat total)"
"$tool/lines" "$(cat total)" >want
ok "every line, once, in order ($(cat total))" cmp want sd/web/log/out

# files that cannot take over
s6-svscanctl -t sd
wait "$scanner"
rm -rf sd
service sd/a
put one
scan sd 2>messages
wait_until is_up sd/a
s=$(supervisor a)
state() { echo "$scanner $(supervisor a) $(s6-svstat -o up,pid,updownsince sd/a)"; }
before=$(state)
printf '#!/bin/sh\nexit 100\n' >foreign
printf '#!/bin/sh\nexec sleep 1000\n' >silent
printf '#!/no/such/interpreter\n' >lame
echo garbage >garbage
chmod +x foreign silent lame garbage
expect() {
	: >messages
	if [ "$1" = missing ]; then
		rm "$home/s6-supervise" "$home/s6-svscan"
	else
		for f in s6-supervise s6-svscan; do cp "$1" "$home/new" && mv "$home/new" "$home/$f"; done
	fi
	s6-svc --upgrade sd/a
	ok "$1: the supervisor says so" wait_until grep -qx \
		"s6-supervise a: warning: unable to upgrade to $home/s6-supervise: $2" messages
	s6-svscanctl --upgrade sd
	ok "$1: the scanner says so" wait_until grep -qx \
		"s6-svscan: warning: unable to upgrade to $home/s6-svscan: $2" messages
	s6-svscanctl sd
	is "$1: nothing has changed" "$(state)" "$before"
}
expect missing 'No such file or directory'
expect lame 'No such file or directory'
expect garbage 'Exec format error'
expect /bin/true 'it does not take over (exit code 0)'
expect foreign 'it does not take over (exit code 100)'
expect silent 'it does not take over (signal 9)'
put two
s6-svscanctl --upgrade sd
ok "then one that can" wait_until runs "$s" two s6-supervise
is "the same processes" "$(state)" "$before"
done_testing
