#!/bin/sh
# The images of doc/examples: each is made as its Containerfile says, and does what its text promises.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
examples=$top/doc/examples

# image EXAMPLE KIND: makes ./EXAMPLE, a root, by its Containerfile; sets $entry, $user, $workdir and
# $words (CMD). RUN lines install packages, which the root of this KIND has.
image() {
	entry='' user='' workdir='' words=''
	new_root "$1" "$2"
	while read -r what args; do
		case $what in
		COPY)
			from=${args% *} to=${args##* }
			case $from in
			*/) cp -R "$examples/$1/$from." "./$1/$to" ;;
			*) mkdir -p "./$1/${to%/*}" && cp "$examples/$1/$from" "./$1/$to" ;;
			esac
			;;
		ENTRYPOINT) entry=$(json_words "$args") ;;
		CMD) words=$(json_words "$args") ;;
		USER) user=--user=$args ;;
		WORKDIR) workdir=--workdir=$args ;;
		'' | '#' | FROM | RUN | ADD | EXPOSE | HEALTHCHECK) ;;
		*) ok "$1/Containerfile: $what" false ;;
		esac
	done <"$examples/$1/Containerfile"
}
json_words() { echo "$1" | sed 's/^\[//; s/\]$//; s/"//g; s/,//g'; }

# web server and PHP
image nginx-php-fpm debian
box web nginx-php-fpm --entry="$entry" GREETING=hi SECRET=hidden
web_up() { box_exec web s6-healthcheck --ready; [ "$rc" = 0 ]; }
WAIT=30
ok 'nginx and php-fpm: up, ready and healthy' wait_until web_up || diag "$(cat web.out web.err)"
WAIT=10
box_exec web curl -s http://127.0.0.1/
is 'PHP answers, with the variable it asked for' "$rc,$out" '0,hello from PHP, greeting=hi'
like 'it says so' "$(cat web.out web.err)" 'fpm is running'
box_exec web sh -c 'tr "\0" "\n" </proc/$(s6-svstat -o pid /run/service/nginx)/environ | grep SECRET'
is 'nginx knows no secret' "$out" ''
# its master is killed: no worker may keep the port
box_exec web sh -c 's6-svstat -o pid /run/service/nginx'
old=$out
box_exec web sh -c "kill -9 $old"
again() {
	box_exec web sh -c 's6-svstat -o pid,ready /run/service/nginx; curl -s http://127.0.0.1/'
	case $out in "$old "* | *false*) return 1 ;; *'hello from PHP'*) return 0 ;; esac
	return 1
}
ok 'a killed nginx is back, and answers' wait_until again
notok 'its port was free' grep -q 'Address already in use' web.out web.err
box_stop web
is 'stopped: 0' "$rc" 0
like 'php-fpm ends in order' "$out$err" 'exiting, bye-bye'
like 'the last line' "$out" 'sending all processes the KILL signal and exiting.$'

# cron, rsyslog and a key service below a plain s6-svscan
image cron-rsyslog debian
box app cron-rsyslog --entry="$entry"
logged() { grep -q "app: $1" cron-rsyslog/var/log/messages; }
ok 'rsyslog takes what the application says' wait_until logged started || diag "$(cat app.out app.err)"
cron_up() { box_exec app s6-svstat -o up /etc/s6/cron; [ "$out" = true ]; }
ok 'cron is up' wait_until cron_up
: >cron-rsyslog/run/app.done
box_end app
is 'the end of the application is that of the container, with its code' "$rc" 4
is 'what finish scripts say is seen' "$out" 'cron: ended, 256
bye: 4'
image cron-rsyslog debian
box app2 cron-rsyslog --entry="$entry"
ok 'once more' wait_until logged started
box_stop app2
is 'stopped from outside: 0' "$rc" 0

# worker: a CMD alone
image worker busybox
# shellcheck disable=SC2086
box worker worker --entry="$entry" $workdir $words
job() { said_by worker 'work: --queue mail in /tmp'; }
ok 'worker: its words and its directory' wait_until job
box_stop worker
is 'its own code after TERM' "$rc" 0
ok 'which it heard' said_by worker 'work: ended in order'
# shellcheck disable=SC2086
container worker --entry="$entry" $workdir JOBS=2 work --queue images
is 'another CMD, which ends by itself' "$rc,$(echo "$out" | grep '^work' | tr '\n' ' ')" \
	'0,work: --queue images in /tmp work: ended in order '

# everything locked
image read-only busybox
mkdir -p read-only/run
if [ $BOX = podman ]; then caps=--cap-drop=ALL; else caps=--read-only; fi
box locked read-only --entry="$entry" "$user" --read-only $caps
hello() { box_exec locked busybox wget -q -O - http://127.0.0.1:8080/; [ "$out" = hello ]; }
ok 'read-only, no root: serves' wait_until hello || diag "$(cat locked.out locked.err)"
box_exec locked s6-healthcheck --live
is 'is healthy' "$rc" 0
box_exec locked sh -c 'cat /tmp/log/current && touch /x'
is 'has its log, and can write nowhere else' "$rc" 1
box_stop locked
is 'stops, 0' "$rc" 0
done_testing
