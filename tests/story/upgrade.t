#!/bin/sh
# Upgrade in place: other program files are put in the place of those that run,
# and s6-svscan and s6-supervise become them. No process changes, no service
# notices, whatever its supervisor was about to do.
. "${0%/*}/../lib.sh"
if [ -z "${self-}" ]; then
	. "$top/tests/build.sh"
	home=$TMPDIR/root/bin
	mkdir -p "$home"
	for v in one two; do
		another_build "$TMPDIR/$v" "$home" "$v" s6-svscan s6-supervise || skip_all "no build of another version here"
	done
	# put VERSION: its files take the place of what is there, as package managers do
	put() {
		for f in s6-svscan s6-supervise; do
			cp "$TMPDIR/$1/bin/$f" "$home/$f.new" && mv "$home/$f.new" "$home/$f"
		done
	}
	runs() { cmp -s "/proc/$1/exe" "$TMPDIR/$2/bin/$3"; }
	version=two older=one
else
	# "version two" is who has upgraded since two was put there
	home=$bin
	: >messages
	put() { put=$1 mark=$(($(wc -l <messages) + 1)); }
	runs() {
		name=$(tr '\0' ' ' <"/proc/$1/cmdline" | sed -n 's/^[^ ]*\(s6-supervise [^ ]*\) $/\1/p')
		has=other
		! tail -n +$mark messages | grep -q "^${name:-s6-svscan}: info: upgraded to version " || has=$put
		[ "$2" = $has ]
	}
	version=$(s6-svscan --version | sed 's/.* //') older=other
fi
PATH=$home:$PATH
go='until [ -e go ]; do sleep 0.02; done'

supervisor() {
	for p in $(pgrep -P "$scanner" -f "^s6-supervise $1\$"); do
		[ "$(readlink "/proc/$p/cwd")" = "$PWD/sd/$1" ] && echo "$p"
	done
}
# all VERSION: everybody is of that
all() {
	runs "$scanner" "$1" s6-svscan || return 1
	for p in $(pgrep -P "$scanner" -f '^s6-supervise '); do
		runs "$p" "$1" s6-supervise || return 1
	done
}
upgrade() {
	put "$1"
	s6-svscanctl --upgrade sd
	ok "all are of version $1" wait_until all "$1"
}
is_up() { [ "$(s6-svstat -o up "$1")" = true ]; }
pid() { s6-svstat -o pid "$1"; }
gone() { ! kill -0 "$1" 2>/dev/null; }
tally() {
	od -An -v -tu1 -w14 "$1/supervise/death_tally" | awk '{ print $13, $14 }' | tr '\n' ';'
}
noting() {
	printf '%s\n' '#!/bin/sh' 'echo "$1 $2 $4" >>args' "${2-}" >"$1/finish"
	chmod +x "$1/finish"
}
count() { wc -l <"$1" 2>/dev/null || echo 0; }
has() { [ "$(count "$1")" -ge "$2" ]; }

mkdir sd
put one

# each in another situation
service sd/plain "$go
	exit 7"
noting sd/plain
service sd/paused 'exec sleep 1000'
service sd/late "$go
	echo >&3
	exec sleep 1000"
echo 3 >sd/late/notification-fd
service sd/stopping 'trap "" TERM
	echo >up
	while :; do sleep 0.05; done'
echo 12000 >sd/stopping/timeout-kill
noting sd/stopping
service sd/finishing 'exit 3'
noting sd/finishing "$go"
echo 0 >sd/finishing/timeout-finish
service sd/paced 'date +%s%N >>starts
	[ -e ../../mended ] || exit 1
	exec sleep 1000'
echo 12000 >sd/paced/restart-delay
service sd/leaving 'trap "" TERM
	echo >up
	until [ -e go ]; do sleep 0.02; done'
service sd/down 'exec sleep 1000'
service sd/adopted "$go
	exit 9"
noting sd/adopted
mkdir sd/sweeping
touch sd/sweeping/flag-kill-leftovers
echo 12000 >sd/sweeping/timeout-kill-leftovers
cat >sd/sweeping/run <<'END'
#!/bin/sh
[ ! -e gone ] || exec sleep 1000
(trap "" TERM; exec sleep 1000) &
echo $! >left
touch gone
exit 5
END
chmod +x sd/sweeping/run
noting sd/sweeping
scan sd 2>>messages
ready() {
	is_up sd/plain && is_up sd/paused && is_up sd/late && [ -e sd/stopping/up ] && [ -e sd/finishing/args ] &&
		has sd/paced/starts 1 && [ -e sd/leaving/up ] && is_up sd/down && is_up sd/adopted && [ -s sd/sweeping/left ]
}
ok "all is set up" wait_until ready

s6-svc -p sd/paused
s6-svc -wd -d sd/down
s6-svc -d sd/stopping
s6-svc -xd sd/leaving
old=$(supervisor adopted)
kill -9 "$old"
taken() { s=$(supervisor adopted) && [ -n "$s" ] && [ "$s" != "$old" ] && s6-svok sd/adopted; }
wait_until taken
wait_until grep -q 'adopted the running' messages

for s in plain late finishing paced; do hear sd/$s; done
look() {
	echo "$scanner"
	for s in plain paused late stopping finishing leaving down adopted; do
		echo "$s $(supervisor $s) $(s6-svstat -o up,pid,updownsince,readysince,wantedup,paused,ready,exitcode sd/$s)"
	done
}
before=$(look)
put two
s6-svscanctl --upgrade=scanner sd
ok "the scanner alone" wait_until runs "$scanner" two s6-svscan
ok "the supervisors are as they were" runs "$(supervisor plain)" "$older" s6-supervise
s6-svc --upgrade sd/plain
ok "one supervisor alone" wait_until runs "$(supervisor plain)" two s6-supervise
ok "not the next one" runs "$(supervisor late)" "$older" s6-supervise
upgrade two
is "the same processes, services, states" "$(look)" "$before"
upgrade one
upgrade two
is "and after some more" "$(look)" "$before"
is "no listener heard of it" "$(cat sd/plain.events sd/late.events sd/finishing.events sd/paced.events)" ""
is "messages" "$(grep -v ': upgraded to version ' messages)" \
	"s6-supervise adopted: info: adopted the running ./run, pid $(pid sd/adopted)"
like "they say so" "$(cat messages)" '^s6-supervise plain: info: upgraded to version '"$version"'$'

# what was pending comes
WAIT=40
touch sd/late/go
ok "readiness is heard" wait_until heard sd/late U only
s6-svc -c sd/paused
touch sd/finishing/go
ok "finish ends" wait_until heard sd/finishing Du
is "it ran once for that death" "$(head -n 1 sd/finishing/args | cut -d ' ' -f 1,2)" "3 0"
touch sd/leaving/go
s=$(supervisor plain)
p=$(pid sd/plain)
touch sd/plain/go
ok "a death is noticed" wait_until has sd/plain/args 1
is "finish gets the code" "$(head -n 1 sd/plain/args)" "7 0 $p"
like "it is tallied" "$(tally sd/plain)" "^7 0;"
is "the supervisor is the same" "$(supervisor plain)" "$s"
p=$(pid sd/adopted)
touch sd/adopted/go
ok "that of an adopted one, too" wait_until has sd/adopted/args 1
like "finish gets that code" "$(head -n 1 sd/adopted/args)" "^(9|255) 0 $p\$"
ok "timeout-kill comes" wait_until has sd/stopping/args 1
like "it was killed" "$(cat sd/stopping/args)" "^256 9 "
touch mended
ok "the restart comes" wait_until has sd/paced/starts 2
ok "and not too soon" sh -c 'set -- $(head -n 2 sd/paced/starts); [ $(($2 - $1)) -ge 12000000000 ]'
ok "leftovers are killed" wait_until gone "$(cat sd/sweeping/left)"
ok "then comes finish" wait_until has sd/sweeping/args 1
is "with the code" "$(cut -d ' ' -f 1,2 sd/sweeping/args)" "5 0"
is "down stays down" "$(s6-svstat -o up,wantedup sd/down)" "false false"

# commands are not lost
WAIT=20
service sd/counting 'trap "echo >>heard" USR1
	: >heard
	while :; do sleep 0.01; done'
s6-svscanctl -a sd
wait_until [ -e sd/counting/heard ]
supervisor_of_counting=$(supervisor counting)
(while [ ! -e enough ]; do s6-svc --upgrade sd/counting; s6-svscanctl --upgrade=scanner sd; done) &
asker=$!
lost=0 n=0
while [ "$n" -lt 30 ]; do
	n=$((n + 1))
	s6-svc -1 sd/counting
	wait_until has sd/counting/heard "$n" || { lost=$n; break; }
done
is "thirty commands amid upgrades, each obeyed" "$lost.$(count sd/counting/heard)" "0.30"
# a service that appears meanwhile
service sd/new
s6-svscanctl -a sd
ok "a new service amid upgrades" wait_until is_up sd/new
touch enough
wait "$asker"
is "the same supervisor" "$(supervisor counting)" "$supervisor_of_counting"

# a stop that takes its time
service sd/stubborn 'trap "" TERM
	touch up
	until [ -e go ]; do sleep 0.02; done'
s6-svscanctl -a sd
wait_until [ -e sd/stubborn/up ]
s6-svscanctl -t sd
notok_up() { ! s6-svok sd/plain; }
wait_until notok_up
put one
s6-svscanctl --upgrade sd
ok "in the middle of a stop" wait_until all one
is "it is the same supervisor that waits" "$(supervisor stubborn | wc -l)" 1
touch sd/stubborn/go
rc=0
wait "$scanner" || rc=$?
is "and the stop comes to its end" "$rc" 0
is "nobody is left" "$(pgrep -f "^s6-supervise (stubborn|plain)\$" | while read -r p; do
	readlink "/proc/$p/cwd"; done | grep "^$PWD/")" ""
is "no complaint" "$(grep -v ': info: ' messages)" ""

# a limit on what may be written: it is an error, not the end
rm -rf sd
for i in 1 2 3 4 5 6 7 8; do service "sd/s$i"; done
: >messages
sh -c 'ulimit -f 1; exec s6-svscan sd' 2>>messages &
scanner=$!
started="$started $scanner"
eight() { for i in 1 2 3 4 5 6 7 8; do is_up sd/s$i || return 1; done; }
wait_until eight
s6-svscanctl --upgrade=scanner sd
is_over() { [ -s messages ] || gone "$scanner"; }
wait_until is_over
is "a small RLIMIT_FSIZE: it says so" "$(cat messages)" \
	"s6-svscan: warning: unable to upgrade to $home/s6-svscan: File too large"
ok "and goes on" s6-svscanctl -t sd
rc=0
wait "$scanner" || rc=$?
is "to its end" "$rc" 0

done_testing
