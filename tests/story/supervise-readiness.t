#!/bin/sh
# services that say when they are ready
. "${0%/*}/../lib.sh"

# waits for FILE, as a service does that tests step by step
go='until [ -e go ]; do sleep 0.02; done'
service slow "$go
	printf 'some words and then\n' >&3
	until [ -e again ]; do sleep 0.02; done
	echo second >&3
	echo survived >after
	exec sleep 1000"
service closes "exec 3>&-
	exec sleep 1000"
service gives "echo >&5
	exec 5>&-
	exec sleep 1000"
service garbage 'while :; do printf "%0512d" 0 >&3; done'
service noisy 'echo >&3; while :; do printf "%0512d" 0 >&3; done'
service silent 'exec sleep 1000'

for s in slow closes garbage noisy silent; do echo 3 >$s/notification-fd; done
echo 5 >gives/notification-fd
for s in slow closes gives garbage noisy silent; do
	hear $s
	s6-supervise $s 2>$s.err &
	started="$started $!"
done
for s in slow closes gives garbage noisy silent; do wait_until heard $s su; done

ok "up, and not ready before it says so" heard slow su only
is "nor in the status" "$(state slow up,ready)" "true false"
touch slow/go
wait_until heard slow suU
ok "a newline: ready" heard slow suU only
is "and in the status" "$(state slow up,ready)" "true true"
touch slow/again
wait_until [ -e slow/after ]
ok "a second newline does the service no harm" [ -s slow/after ]
ok "and means nothing" heard slow suU only
before=$(moment "$(state slow updownsince)")
ready=$(moment "$(state slow readysince)")
ok "ready later than up" [ "$ready" -gt "$before" ]

wait_until heard gives suU
ok "said and closed, on another descriptor" heard gives suU only
ok "closed and nothing said" heard closes su only
is "is not ready" "$(state closes ready)" false
is "silence is not readiness" "$(state silent ready)" false

# a flood does not keep the supervisor from its work
wait_until heard noisy suU
for s in garbage noisy; do
	tell $s d
	wait_until is_state $s up false
	is "$s: a command is obeyed" "$(state $s up)" false
done
ok "garbage without a newline is no readiness" heard garbage sudD only

# a leftover of the last instance cannot announce the new one
service left 'if [ -e first ]; then exec sleep 1000; fi
	touch first
	(until [ -e go ]; do sleep 0.02; done; echo >&3; touch said) &
	echo $! >child
	sleep 0.05'
echo 3 >left/notification-fd
echo 0 >left/restart-delay
hear left
supervise left
wait_until heard left sudDu
touch left/go
wait_until [ -e left/said ]
tell left ppc
wait_until is_state left paused false
ok "a leftover's newline is not the new instance's" heard left sudDu only

# readiness of one instance says nothing of the next
tell slow t
wait_until heard slow suUdDu
wait_until is_state slow ready true
ok "each instance says it anew" heard slow suUdDuU

# the channel where no FIFO can be made
service pipe 'echo >&3; exec sleep 1000'
echo 3 >pipe/notification-fd
mkdir -p pipe/supervise/readiness
hear pipe
supervise pipe
wait_until heard pipe suU
ok "a plain pipe serves where a FIFO cannot be made" heard pipe suU only

# bad numbers
service huge 'exec sleep 1000'
echo 1000000000 >huge/notification-fd
s6-supervise huge 2>huge.err &
started="$started $!"
wait_until is_state huge up true
is "more than a descriptor can be: started without" "$(cat huge.err)" \
	"s6-supervise huge: warning: invalid notification-fd"
service both 'exec sleep 1000'
echo 4 >both/notification-fd
echo 4 >both/lock-fd
s6-supervise both 2>both.err &
started="$started $!"
wait_until grep -q same both.err
like "the same as lock-fd: not started" "$(head -n 1 both.err)" \
	'^s6-supervise both: warning: unable to start ./run \(waiting 1 second\): notification-fd and lock-fd are the same$'
is "and nothing said on standard error otherwise" \
	"$(cat slow.err closes.err gives.err garbage.err noisy.err silent.err)" ""

done_testing
