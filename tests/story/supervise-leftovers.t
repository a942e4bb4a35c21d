#!/bin/sh
# flag-kill-leftovers: what a service leaves behind when it dies
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

# those of the pids in FILE that live
living() {
	for p in $(cat "$1" 2>/dev/null); do dead "$p" || printf '%s ' "$p"; done
}
# left NAME SCRIPT: a service that starts what SCRIPT says, and a finish that
# notes what is still there
left() {
	service "$1" ": >kids
	$2
	touch begun
	exec sleep 1000"
	printf '%s\n' '#!/bin/sh' '. ../living
		living kids >at-finish
		echo "$*" >args' >"$1/finish"
	chmod +x "$1/finish"
	touch "$1/flag-kill-leftovers"
	echo 0 >"$1/restart-delay"
	hear "$1"
}
cat >living <<'END'
living() {
	for p in $(cat "$1"); do
		! grep -qs '^State:	[^Z]' "/proc/$p/status" || echo "$p"
	done
}
END

kid='sh -c "echo \$\$ >>kids; exec sleep 1000"'
left plain "$kid &"
left double "sh -c '$kid & setsid $kid & exit 0' &"
left deaf "sh -c 'trap \"\" TERM HUP; $kid & setsid $kid & exit 0' &"
left stopped "sh -c 'echo \$\$ >>kids; kill -STOP \$\$' &"
left slow "sh -c 'trap \"sleep 0.3; echo done >swept; exit 0\" TERM; echo \$\$ >>kids; while :; do sleep 0.02; done' &"
left chain "sh -c 'echo \$\$ >>kids; sh -c \"echo \\\$\\\$ >>kids; sh -c \\\"echo \\\\\\\$\\\\\\\$ >>kids; sleep 1000; :\\\"; :\"; :' &"
left none :
rm -f none/finish
left without "$kid &"
rm without/flag-kill-leftovers
all='plain double deaf stopped slow chain'
echo 100 >deaf/timeout-kill-leftovers
echo 5000 >slow/timeout-kill-leftovers
for s in $all none without; do begin $s; done
count() { [ "$(wc -l <"$1/kids")" -ge "$2" ]; }
for pair in plain:1 double:2 deaf:2 stopped:1 slow:1 chain:3 without:1; do
	wait_until count ${pair%:*} ${pair#*:}
done
for s in $all none without; do
	wait_until [ -e $s/begun ]
	cp $s/kids $s.kids 2>/dev/null
	rm $s/begun
	tell $s d
done
for s in $all; do
	ok "$s: down" wait_until heard $s sudD
	is "$s: nothing is left" "$(living $s.kids)" ""
	is "$s: nor was when finish ran" "$(cat $s/at-finish)" ""
	ok "$s: one d, one D" heard $s sudD only
done
like "finish is told as usual" "$(cat plain/args)" '^256 15 plain [0-9]+$'
is "a leftover that heeds TERM may take its time" "$(cat slow/swept)" "done"
wait_until heard none sudD
ok "none left: as without the flag" heard none sudD only
wait_until heard without sudD
notok "without the flag they live" [ -z "$(living without.kids)" ]
# shellcheck disable=SC2046
kill -9 $(cat without.kids)

# while it lasts
left wait "sh -c 'trap \"\" TERM; echo \$\$ >>kids; while :; do sleep 0.02; done' &"
echo 0 >wait/timeout-kill-leftovers
begin wait
wait_until count wait 1
tell wait k
wait_until heard wait sud
is "meanwhile it is down, and not ready" "$(state wait up,ready,signal)" "false false SIGKILL"
is "with no pid" "$(od -An -tx1 -j24 -N8 wait/supervise/status | tr -d ' ')" 0000000000000000
tell wait d
wait_until is_state wait wantedup false
ok "0: for as long as it takes" heard wait sud only
kill -9 "$(cat wait/kids)"
ok "and no longer" wait_until heard wait sudD
tell wait u
wait_until heard wait sudDu
wait_until count wait 1
echo 100 >wait/timeout-kill-leftovers
kill -TERM "$sup_wait"
wait "$sup_wait"
is "TERM: exits when all are dead" "$?.$(living wait/kids)" 0.
ok "and has said so" heard wait sudDudDx only

# what finish leaves behind
left second :
printf '%s\n' '#!/bin/sh' 'sh -c "echo \$\$ >>../later; exec sleep 1000" &' \
	'until [ -s ../later ]; do sleep 0.02; done; exit 125' >second/finish
begin second
wait_until [ -e second/begun ]
tell second k
ok "what finish left is swept up as well" wait_until heard second sudOD
is "before it is down" "$(living later)" ""
like "its word counts all the same" "$(s6-svstat second)" 'permanent failure: finish exited 125'

# a flag that comes too late, and one that goes
left late "$kid & setsid $kid &"
rm late/flag-kill-leftovers
begin late
wait_until count late 2
touch late/flag-kill-leftovers
cp late/kids late.kids
tell late d
wait_until heard late sudD
is "a flag made while it runs: its session is swept" "$(living late.kids | wc -w)" 1
# shellcheck disable=SC2046
kill -9 $(living late.kids)
tell late u
wait_until heard late sudDu
wait_until count late 2
rm late/flag-kill-leftovers
cp late/kids late.kids
tell late d
wait_until heard late sudDudD
is "a flag removed: left alone" "$(living late.kids | wc -w)" 2
# shellcheck disable=SC2046
kill $(cat late.kids)
ok "and they are reaped" wait_until sh -c "! kill -0 $(head -n 1 late.kids)"

# after an adoption: session, group, and what was seen in time
left adopted "$kid &
	setsid sh -c 'echo \$\$ >>kids; exec sleep 1000' &
	sh -c 'until [ -e more ]; do sleep 0.02; done; echo \$\$ >>kids; $kid & exec sleep 1000' &"
begin adopted
wait_until count adopted 2
murder adopted
begin adopted
wait_until grep -q adopted adopted.err
touch adopted/more
wait_until count adopted 4
cp adopted/kids adopted.kids
tell adopted d
ok "an adopted service goes down" wait_until heard adopted susdD
is "with those of its session, and those seen at the adoption" "$(living adopted.kids)" ""
is "before finish" "$(cat adopted/at-finish)" ""
left unseen "$kid &"
begin unseen
wait_until count unseen 1
cp unseen/kids unseen.kids
pid=$(state unseen pid)
murder unseen
kill -9 "$pid"
wait_until dead "$pid"
begin unseen
wait_until heard unseen susdDu
is "dead in the gap: its session is swept" "$(living unseen.kids)" ""
tell unseen d

# each of the cases after an adoption; a control group, where one can be made,
# knows even those that nobody saw: born after the adoption in a session of their
# own, which is the documented limit of the other ways
left a_double "sh -c '$kid & setsid $kid & exit 0' &"
left a_deaf "sh -c 'trap \"\" TERM HUP; $kid & $kid & exit 0' &"
left a_stopped "sh -c 'echo \$\$ >>kids; kill -STOP \$\$' &"
left a_gap "setsid sh -c 'trap \"\" TERM; $kid & exit 0' &"
left a_late "sh -c 'until [ -e more ]; do sleep 0.02; done; setsid -f $kid' &"
echo 100 >a_deaf/timeout-kill-leftovers
echo 100 >a_gap/timeout-kill-leftovers
for pair in a_double:2 a_deaf:2 a_stopped:1 a_gap:1 a_late:0; do
	s=${pair%:*}
	begin $s
	wait_until [ -e $s/begun ] && wait_until count $s ${pair#*:}
	grouped=$(sed -n 's,^0::/.*\(sextet\).*,\1,p' "/proc/$(state $s pid)/cgroup")
	pid=$(state $s pid)
	cp $s/kids $s.kids
	murder $s
	[ $s != a_gap ] || { kill -9 "$pid" && wait_until dead "$pid"; }
	begin $s
done
diag "control groups: ${grouped:-none can be made here}"
touch a_late/more
wait_until count a_late 1
cp a_late/kids a_late.kids
for s in a_double a_deaf a_stopped a_gap a_late; do tell $s d; done
# whoever left the session before the supervisor was killed had lost its parent by
# then: no list shows it
for pair in a_double:1 a_deaf:0 a_stopped:0 a_gap:1 a_late:1; do
	s=${pair%:*} want=0
	case $s in a_gap) ok "$s: swept, and up again" wait_until heard $s susdD ;;
	*) ok "$s: down" wait_until heard $s susdD ;; esac
	[ -n "$grouped" ] || want=${pair#*:}
	is "after an adoption, $s: so many are left" "$(living $s.kids | wc -w)" "$want"
	# shellcheck disable=SC2046
	[ "$want" = 0 ] || kill -9 $(living $s.kids)
	tell $s x
done
if [ -n "$grouped" ]; then
	ok "an empty control group is removed" wait_until sh -c \
		"[ -z \"\$(find /sys/fs/cgroup -name \"sextet.*.$(printf %x "$(stat -c %i a_late/supervise)")\")\" ]"
fi

# no /proc: the process group
if unshare -m sh -c 'mount -t tmpfs none /proc' 2>/dev/null; then
	printf '%s\n' '#!/bin/sh' 'exec unshare -m sh -c "mount -t tmpfs none /proc && exec \"\$@\"" sh "$@"' >no_proc
	chmod +x no_proc
	left procless "$kid &"
	rm procless/finish
	begin procless ./no_proc
	wait_until count procless 1
	cp procless/kids procless.kids
	tell procless d
	ok "without /proc: down" wait_until heard procless sudD
	is "its group is swept" "$(living procless.kids)" ""
	like "and this is said" "$(cat procless.err)" 'unable to list what is left behind: '
else
	skip "without /proc" "no mount namespaces here"
fi

# a bomb, bounded by the number of processes that its user may have
if [ "$(id -u)" = 0 ] && command -v prlimit >/dev/null; then
	chmod 755 "$TMPDIR" "$TMPDIR/t"
	user=$((61000 + $$ % 1000))	# this story may run twice at a time
	service bomb "exec 2>/dev/null
		exec s6-setuidgid $user:$user"' sh -c "trap \"\" TERM; f() { while :; do f & sleep 0.01; done; }; prlimit --nproc=60 --pid \$\$; f & exec sleep 1000"'
	touch bomb/flag-kill-leftovers
	echo 10 >bomb/timeout-kill-leftovers
	hear bomb
	begin bomb
	wait_until heard bomb su
	many() { [ "$(pgrep -c -u "$user")" -ge 20 ]; }
	wait_until many
	tell bomb Ok
	cpu() { awk '{ print $14 + $15 }' "/proc/$sup_bomb/stat"; }
	ok "a fork bomb is swept up" wait_until heard bomb sudD
	is "nothing of it is left" "$(pgrep -c -u "$user")" 0
	ok "for less than two seconds of processor time ($(cpu) ticks)" [ "$(cpu)" -lt 200 ]
else
	skip "a fork bomb" "not root, or no prlimit"
fi

# nginx, its master killed: the port must be free for the next one
if command -v nginx >/dev/null && [ "$(id -u)" = 0 ]; then
	mkdir www
	port=$((18000 + $$ % 1000))
	cat >nginx.conf <<-END
	daemon off; pid $PWD/www/pid; error_log $PWD/www/error.log; worker_processes 4;
	events {}
	http { access_log off; server { listen 127.0.0.1:$port; root $PWD/www; } }
	END
	chmod 755 www
	service nginx "exec nginx -c $PWD/nginx.conf -e $PWD/www/error.log"
	touch nginx/flag-kill-leftovers
	echo 0 >nginx/restart-delay
	hear nginx
	begin nginx
	workers() { [ "$(pgrep -c -P "$(state nginx pid)")" = 4 ]; }
	events=su
	for i in 1 2 3; do
		wait_until workers
		kill -9 "$(state nginx pid)"
		events=${events}dDu
		wait_until heard nginx $events
	done
	wait_until workers
	ok "nginx: its master killed three times, and back" heard nginx $events only
	murder nginx
	begin nginx
	events=${events}s
	for i in 1 2; do
		wait_until workers
		kill -9 "$(state nginx pid)"
		events=${events}dDu
		wait_until heard nginx $events
	done
	wait_until workers
	ok "nginx, adopted: killed twice, and back" heard nginx $events only
	notok "never: Address already in use" grep -q 'Address already in use' www/error.log
	tell nginx d
else
	skip "nginx" "not installed, or not root"
fi

# without the flag: as upstream. A session that its daemon left lives on, and
# through a restart of the daemon
left sessions "sh -c '$kid & setsid $kid & exit 0' &"
rm sessions/flag-kill-leftovers
begin sessions
wait_until count sessions 2
cp sessions/kids sessions.kids
tell sessions r
wait_until heard sessions sudDu
wait_until count sessions 2
is "without the flag a restart leaves sessions alone" "$(living sessions.kids | wc -w)" 2
murder sessions
begin sessions
wait_until count sessions 2
cat sessions/kids >>sessions.kids
tell sessions d
wait_until heard sessions sudDusdD
is "and a stop, after an adoption too" "$(living sessions.kids | wc -w)" 4
# shellcheck disable=SC2046
kill -9 $(living sessions.kids)
done_testing
