#!/bin/sh
# every letter of s6-svc, on a service that notes what it gets
. "${0%/*}/../lib.sh"

service all 'for s in ALRM ABRT QUIT HUP TERM INT USR1 USR2 WINCH CONT; do trap "echo $s >>caught" $s; done
	echo up >>caught
	while :; do sleep 0.01; done'
service plain
echo 0 >plain/restart-delay
# the shell makes its background processes ignore INT and QUIT
for s in all plain; do
	env --default-signal=INT,QUIT s6-supervise $s 2>$s.err &
	started="$started $!"
done
wait_until s6-svwait -t 9000 -u all plain
wait_until [ -s all/caught ]

caught() { [ "$(tail -n 1 all/caught)" = "$1" ]; }
gets() {
	: >all/caught
	run s6-svc "$1" all
	is "$1: exit 0, silent" "$rc$out$err" 0
	ok "$1: it gets $2" wait_until caught "$2"
}
for pair in a:ALRM b:ABRT q:QUIT h:HUP t:TERM i:INT 1:USR1 2:USR2 y:WINCH c:CONT r:TERM l:HUP; do
	gets "-${pair%:*}" "${pair#*:}"
done
for s in ALRM abrt SIGQUIT sighup 15 Int USR1 12 winch CONT; do
	case $s in 15) want=TERM ;; 12) want=USR2 ;; *) want=$(echo "${s#[Ss][Ii][Gg]}" | tr a-z A-Z) ;; esac
	gets "-s$s" "$want"
done
: >all/caught
s6-svc -ti all
ok "-ti: both arrive" wait_until sh -c '[ "$(sort all/caught | tr "\n" " ")" = "INT TERM " ]'
is "it is up, and wanted so" "$(state all up,wantedup)" "true true"

run s6-svc -p all
ok "-p" wait_until is_state all paused true
run s6-svc -c all
ok "-c" wait_until is_state all paused false
run s6-svc -P all
ok "-P" wait_until is_state all paused true
run s6-svc -C all
ok "-C" wait_until is_state all paused false
run s6-svc -s stop all
ok "-s stop" wait_until is_state all paused true
run s6-svc -wd -K -T 9000 all
is "-K: killed, stopped or not" "$rc$err.$(s6-svdt -n 1 all | cut -d' ' -f2-)" "0.signal SIGKILL"

old=$(state plain pid)
s6-svc -wr -k -T 9000 plain
is "-k: killed, and started again" "$(state plain up,wantedup)" "true true"
notok "-k: another process" [ "$(state plain pid)" = "$old" ]
s6-svc -wD -d plain
is "-d: down" "$(state plain up,wantedup,normallyup,signal)" "false false true SIGTERM"
s6-svc -wu -u plain
is "-u: up" "$(state plain up,wantedup)" "true true"
s6-svc -wD -D plain
is "-D: down, normally down" "$(state plain up,wantedup,normallyup)" "false false false"
s6-svc -wu -U plain
is "-U: up, normally up" "$(state plain up,wantedup,normallyup)" "true true true"
s6-svc -O plain
ok "-O: not wanted up" wait_until is_state plain wantedup false
is "-O: but up" "$(state plain up)" true
s6-svc -wD -k plain
is "-O: and not started again" "$(state plain up,wantedup)" "false false"
s6-svc -wu -o plain
is "-o: up once" "$(state plain up,wantedup)" "true false"
s6-svc -u plain
ok "-u when it is up: wanted up again" wait_until is_state plain wantedup true
s6-svc -Q plain
ok "-Q: not wanted up" wait_until is_state plain wantedup,normallyup 'false false'
is "-Q: but up" "$(state plain up)" true
s6-svc -t plain
ok "-Q: and not started again" s6-svwait -t 9000 -D plain
s6-svc -wu -DU -T 9000 plain
is "-DU: in order" "$(state plain up,wantedup,normallyup)" "true true true"

# a job: up, down, and that is what was waited for
service job 'echo done >>out'
: >job/down
supervise job
run s6-svc -wD -o -T 9000 job
is "-wD -o: waits for the job" "$rc$err.$(cat job/out)" 0.done
run s6-svc -wD -o -T 9000 job
is "-wD -o: and for the next one" "$rc$err.$(cat job/out)" "0.done
done"

s6-svc -x plain
ok "-x: stays while the service is up" s6-svok plain
s6-svc -wD -d plain
ok "-x: and leaves" wait_until sh -c '! s6-svok plain'
s6-svc -xdk all
ok "-xdk: ends it" wait_until sh -c '! s6-svok all'
is "no complaint" "$(cat all.err plain.err)" ''
done_testing
