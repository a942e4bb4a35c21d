#!/bin/sh
# Where the output of a container goes: S6_LOGGING, S6_LOGGING_SCRIPT,
# S6_CATCHALL_USER, S6_LOG_PREFIX
# shellcheck disable=SC2016
. "${0%/*}/../lib.sh"
# shellcheck source=tests/container.sh
. "$top/tests/container.sh"

container_works || skip_all 'no PID and mount namespaces here'
lasting=var/log/s6-uncaught-logs

# root NAME: a container in which everybody says something
root() {
	container_root "$1"
	mkdir "$1/var/log"
	script "$1/etc/cont-init.d/01-init" 'echo init out' 'echo init err >&2'
	script "$1/etc/services.d/web/run" 'echo web out' 'echo web err >&2' '>/tmp/web' \
		'exec sleep 1000'
	script "$1/etc/services.d/db/run" 'exec 2>&1' 'echo db out' 'exec sleep 1000'
	script "$1/etc/services.d/db/log/run" 'exec cat >/tmp/db'
}
# has FILE LINE: a line of it is or, after a time stamp, ends so
has() {
	grep -qE "^([0-9-]{10} [0-9:.]+  )?$2\$" "$1" 2>/dev/null
}
all_up() {
	[ "$(inside "$bin/s6-svstat" -o up /run/service/web)" = true ] && has "$1" 'web out'
}
stop() {
	kill -TERM "$one"
	container_end
}

## 0: the console

root a
contained a
ok "0: all is said" wait_until has a.out 'web out'
stop
ok "0: cont-init.d on the console" has a.out 'init out'
ok "0: its errors, too" has a.err 'init err'
ok "0: those of services" has a.err 'web err'
notok "0: nothing is logged" [ -e a/$lasting ]
ok "0: a service with a logger" has a/tmp/db 'db out'

## 1: the log and the console

root b
contained b S6_LOGGING=1
ok "1: logged" wait_until has b/$lasting/current 'web out'
inside sh -c 'ls -ld /run/uncaught-logs' >link.txt
ok "1: and reached by its other name" grep -q -- '-> /var/log/s6-uncaught-logs' link.txt
stop
is "1: exit 0" "$rc" 0
for line in 'init out' 'init err' 'web out' 'web err' '\[services.d\] done.'; do
	ok "1: in the log: $line" has b/$lasting/current "$line"
	ok "1: on the console: $line" has b.out "$line"
done
is "1: with stamps in the log" "$(grep -cvE '^[0-9-]{10} [0-9:.]{18}  ' b/$lasting/current)" 0
is "1: without on the console" "$(grep -cE '^[0-9]{4}-' b.out)" 0
is "1: mode and owner" "$(stat -c '%a %u' b/$lasting)" '2750 0'
like "1: the stop is told on the console" "$out" '^\[s6-finish\] sending all processes the TERM signal\.$'
notok "1: not what has its own logger" grep -q 'db out' b.out b/$lasting/current
is "1: who kills the logger loses nothing" "$(for i in 1 2 3; do
	container b S6_LOGGING=1 sh -c 's6-svwait -U /run/service/s6-svscan-log
		s6-svc -wd -k /run/service/s6-svscan-log; echo said >/proc/1/fd/1
		s6-svwait -U /run/service/s6-svscan-log' >b.out 2>&1
	grep -c said b.out
done | paste -s -d " ")" '1 1 1'
lines=$(wc -l <b/$lasting/current)
contained b S6_LOGGING=1
ok "1: a second life" wait_until has b.out 'web out'
stop
ok "1: goes on in the same log" [ "$(cat b/$lasting/current b/$lasting/@* 2>/dev/null | wc -l)" -gt "$lines" ]

# the CMD
container b S6_LOGGING=1 sh -c 'echo cmd out; exit 7' >b.out 2>b.err
is "1: the CMD's code" "$?" 7
ok "1: the CMD is on the console" has b.out 'cmd out'

## 2: the log only; another script, another user

root c
contained c S6_LOGGING=2 S6_LOGGING_SCRIPT='n3 s100000 -secret t' S6_CATCHALL_USER=daemon
ok "2: logged, with another stamp" wait_until grep -qE '^@[0-9a-f]{24} web out$' c/$lasting/current
is "2: as another user" "$(stat -c '%a %U' c/$lasting) $(stat -c %U c/$lasting/current)" '2750 daemon daemon'
stop
for line in 'init out' 'init err' 'web out' 'web err'; do
	notok "2: not on the console: $line" grep -q "$line" c.out c.err
done
container c S6_LOGGING=2 S6_LOGGING_SCRIPT='n3 -secret T' S6_CATCHALL_USER=daemon \
	sh -c 'echo cmd out; echo secret' >c.out 2>c.err
ok "2: the CMD in the log" grep -q '  cmd out$' c/$lasting/current
notok "2: filtered by the script" grep -q ' secret$' c/$lasting/current
notok "2: the CMD not on the console" grep -q 'cmd out' c.out c.err
container c S6_LOGGING=2 S6_CMD_USE_TERMINAL=1 sh -c 'echo cmd out' >c.out 2>c.err
ok "2: unless it is to use the terminal" has c.out 'cmd out'
container c S6_LOGGING=2 true >c.out 2>c.err
is "2: the user of before: the log changes hands" "$? $(stat -c %U c/$lasting c/$lasting/current | uniq)" '0 root'
ok "2: and nothing of it is lost" grep -q ' cmd out$' c/$lasting/*
container c S6_LOGGING=2 S6_CATCHALL_USER=nobody-at-all true >c.out 2>c.err
is "2: no such user" "$? $(cat c.err)" \
	'0 s6-init: warning: no such user: nobody-at-all - the catch-all logger runs as the user of the container'

## where nothing lasts

root d
cont_mounts='mount -o remount,ro,bind "$root" && mount -t tmpfs -o noexec,mode=755 tmpfs "$root/run"'
contained d S6_LOGGING=2
log=/proc/$one/root/run/uncaught-logs/current
ok "read-only root, /run noexec: the log is in /run" wait_until has "$log" 'web out'
stop
is "read-only root: exit 0" "$rc" 0
cont_mounts=''

## a console that nobody reads does not stop the log

root e
mkfifo console
script e/etc/services.d/loud/run 'exec 2>&1' 'i=0
	while [ $i -lt 10000 ]; do echo "$i aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; i=$((i + 1)); done
	echo last' 'exec sleep 1000'
exec 8<>console
cont_exec='exec'
container e S6_LOGGING=1 S6_LOGGING_SCRIPT='n99' </dev/null >console 2>e.err &
cont=$! cont_exec='' cont_name=e
wait_until cont_has_begun
logged() {
	grep -qx "$1" e/$lasting/*
}
ok "a console without a reader: all is logged" wait_until logged last
cat <&8 >e.out &
reader=$!
stop
kill $reader

## prefixes

root f
script f/etc/services.d/bad/run 'exit 1'
touch f/etc/services.d/bad/down
container f S6_LOG_PREFIX=1 sh -c 'echo cmd out; echo cmd err >&2
	until [ -e /tmp/web ] && [ -s /tmp/db ]; do sleep 0.02; done
	s6-svwait -u /run/service/web && s6-svstat -o up /run/service/web' >f.out 2>f.err
is "prefix: exit 0" "$?" 0
for line in '\[01-init\] init out' '\[01-init\] init err' '\[web\] web out' '\[web\] web err' \
	'\[cmd\] cmd out' '\[cmd\] cmd err' '\[cmd\] true'; do
	ok "prefix: $line" has f.out "$line"
done
is "prefix: every line has one" "$(grep -v '^\[[^] ]*\] ' f.out f.err)" ''
is "prefix: a script's lines come before its end is told" \
	"$(grep -n 'init err' f.out | cut -d : -f 1)" "$(($(grep -n '01-init: exited' f.out | cut -d : -f 1) - 1))"
ok "prefix: a service with a logger has its own" has f/tmp/db 'db out'
contained f S6_LOG_PREFIX=1
ok "prefix: web" wait_until has f.out '\[web\] web out'
inside sh -c 'mv /run/s6/legacy-services/web/run /run/s6/legacy-services/web/run.away; exec s6-svc -r /run/service/web'
ok "prefix: the words of supervisors" wait_until has f.out '\[s6\] s6-supervise web: warning: .*'
stop
is "prefix: stopped" "$rc" 0
is "prefix: no line without" "$(grep -v '^\[[^] ]*\] ' f.out f.err)" ''
container f S6_LOG_PREFIX=1 S6_LOGGING=1 true >f.out 2>f.err
is "prefix, and logged: exit 0" "$?" 0
ok "prefix, and logged: in the log" has f/$lasting/current '\[01-init\] init err'
ok "prefix, and logged: on the console" has f.out '\[01-init\] init err'
# a script that leaves something behind is not waited for
script f/etc/cont-init.d/02-daemon 'sleep 1000 &'
container f S6_LOG_PREFIX=1 true >f.out 2>f.err
is "prefix: what a script leaves running" "$? $(grep '02-daemon: ex' f.out | tail -n 1)" \
	'0 [cont-init.d] 02-daemon: exited 0.'

## what services hold: no more than their output

container_root g
script g/etc/services.d/x/run 'ls -l /proc/self/fd >/tmp/fds.new' 'mv /tmp/fds.new /tmp/fds' 'exec sleep 1000'
script g/etc/services.d/x/log/run 'exec cat'
container g S6_LOGGING=1 sh -c 'until [ -e /tmp/fds ]; do sleep 0.02; done' >g.out 2>g.err
ok "a service with a logger: started" [ -s g/tmp/fds ]
notok "the reader of the catch-all's FIFO is not its own" grep -q ' \([3-9]\|[1-9][0-9]\) -> .*s6-svscan-log' g/tmp/fds
done_testing
