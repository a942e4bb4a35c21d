#!/bin/sh
# services.d in a container: copies, modes, flags, waiting; what cannot be
# executed where it is; names that are hostile
# shellcheck disable=SC2016
. "${0%/*}/../lib.sh"
# shellcheck source=tests/container.sh
. "$top/tests/container.sh"

container_works || skip_all 'no PID and mount namespaces here'

# live NAME FILE: a file of a live service directory, seen from inside
live() {
	printf '%s/run/s6/legacy-services/%s' "/proc/$one/root" "$1"
}
# is_up NAME...
is_up() {
	for up; do
		[ "$(inside "$bin/s6-svstat" -o up "/run/service/$up" 2>/dev/null)" = true ] || return 1
	done
}
says() {
	grep -qxF -e "$1" "$cont_name.out"
}
stop() {
	kill -TERM "$one"
	container_end
}

## copies

container_root a
d=a/etc/services.d
script $d/one/run 'echo "one runs in $(pwd -P)"' 'exec sleep 1000'
script $d/one/finish 'echo "one finish $1 $2 $3"'
mkdir -p $d/one/data $d/one/supervise $d/one/event
echo stale >$d/one/supervise/status
echo kept >$d/one/data/file
script $d/off/run 'exec sleep 1000'
touch $d/off/down
script $d/logged/run 'while :; do echo line; sleep 1; done'
script $d/logged/log/run 'exec cat >/tmp/logged'
printf '#!/bin/sh\nexec sleep 1000\n' >a/common
mkdir -p $d/linked a/opt/away
ln -s ../../../common $d/linked/run
script a/opt/away/run 'exec sleep 1000'
ln -s /opt/away $d/away
script "$d/b c	d/run" 'exec sleep 1000'
script "$d/-x/run" 'exec sleep 1000'
touch $d/plainfile
script $d/.hidden/run 'echo hidden; exec sleep 1000'
script $d/s6-svscan-log/run 'echo never'
chmod 644 $d/one/run a/common
contained a
ok "all are up" wait_until is_up one logged away "b c	d" ./-x
notok "but one with a file down" is_up off
ok "it has a supervisor" inside "$bin/s6-svok" /run/service/off
ok "it runs in its live directory, whose mode was corrected" \
	wait_until says 'one runs in /run/s6/legacy-services/one'
is "all is copied" "$(cat "$(live one)/data/file")" kept
ok "what a supervisor left in the image is not" [ "$(wc -c <"$(live one)/supervise/status")" -gt 6 ]
ok "the image's is left alone" [ "$(cat $d/one/supervise/status)" = stale ]
notok "files and hidden names are no services" says hidden
ok "a logger gets the output" wait_until [ -s a/tmp/logged ]
notok "not the console" says line
is "what was refused" "$(grep s6-svscan-log a.err)" \
	's6-init-stage2: warning: services.d/s6-svscan-log: this name is that of the catch-all logger'
touch "$(live one)/down"
notok "a live directory is not the image" [ -e $d/one/down ]
notok "no flag unasked" [ -e "$(live one)/flag-kill-leftovers" ]
ok "a relative link that leads out works" wait_until is_up linked
is "what it leads to is not made executable" "$(stat -c %a a/common)" 644
stop
is "exit 0" "$rc" 0
is "the lines of services.d" "$(grep '^\[services' a.out)" '[services.d] starting services
[services.d] done.'
like "finish has spoken" "$out" '^one finish 256 15 one$'

## nothing may be executed in the state directory

container_root b
d=b/etc/services.d
script $d/links/run 'echo "links runs"' 'exec sleep 1000'
script $d/links/finish 'echo "links finish $1"'
script $d/links/log/run 'exec cat >/tmp/links'
printf '#!/bin/sh\necho "plain runs $0 $*" \nexec sleep 1000\n' >b/plain
script $d/plain/run
cp b/plain $d/plain/run
chmod 644 $d/plain/run
printf 'echo "bare runs $0"\nexec sleep 1000\n' >b/bare
mkdir -p $d/bare
cp b/bare $d/bare/run
cont_mounts='mount -t tmpfs -o noexec,mode=755 tmpfs "$root/run" &&
	mount --bind "$root/etc" "$root/etc" && mount -o remount,ro,bind "$root/etc"'
contained b
ok "noexec: all are up" wait_until is_up links plain bare
ok "noexec: an executable one is a link to the original" \
	[ "$(readlink "$(live links)/run")" = /run/s6/etc/services.d/links/run ]
ok "noexec: one that is not is run through its first line" wait_until says 'plain runs ./.run plain'
ok "noexec: one without a first line by the shell" wait_until says 'bare runs ./.run'
like "noexec: with a warning" "$(cat b.err)" \
	'^s6-init-stage2: warning: run of service bare has no #! line - running it with /bin/sh$'
ok "noexec: a logger" wait_until grep -q 'links runs' b/tmp/links
stop
is "noexec: exit 0" "$rc" 0
cont_mounts=''

## leftovers, and definitions for the dependency manager

container_root c
d=c/etc/services.d
script $d/x/run 'exec sleep 1000'
mkdir -p c/etc/s6-overlay/s6-rc.d/user/contents.d
contained c S6_KILL_LEFTOVERS=1
ok "S6_KILL_LEFTOVERS: the flag" wait_until [ -e "$(live x)/flag-kill-leftovers" ]
notok "S6_KILL_LEFTOVERS: not in the image" [ -e $d/x/flag-kill-leftovers ]
stop
is "an empty bundle is nothing" "$err" ''
mkdir c/etc/s6-overlay/s6-rc.d/web
contained c
ok "definitions in s6-rc.d: the rest works" wait_until is_up x
stop
is "definitions in s6-rc.d: one line" "$err" \
	's6-init-stage2: warning: the services in /etc/s6-overlay/s6-rc.d are not started: their dependency manager is not part of this version'

## waiting for services before the CMD

container_root e
d=e/etc/services.d
mkfifo e/gate
script $d/slow/run 'read -r line </gate' 'echo >&3' 'exec sleep 1000'
echo 3 >$d/slow/notification-fd
script $d/quick/run 'exec sleep 1000'
script $d/off/run 'exec sleep 1000'
touch $d/off/down
contained e S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=0 \
	"$bin/s6-svstat" -o up,ready /run/service/slow
ok "waits: up" wait_until is_up slow quick
notok "waits: not done" says '[services.d] done.'
echo >e/gate
container_end
is "waits: the CMD found it ready" "$rc $(grep -E '^(true|false)' e.out)" '0 true true'
container e S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 sh -c 'echo cmd' \
	>e.out 2>e.err
is "waits no longer than MAXTIME" "$? $(grep -c '^cmd$' e.out)" '0 1'
like "and says so" "$(cat e.err)" '^s6-svwait: fatal: timed out$'
container e S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 \
	S6_BEHAVIOUR_IF_STAGE2_FAILS=2 sh -c 'echo cmd' >e.out 2>e.err
is "which is a failure, for who minds" "$? $(grep -c '^cmd$' e.out)" '1 0'
contained e S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=0 sh -c 'echo cmd'
ok "stopped while waiting" wait_until is_up slow
kill -TERM "$one"
container_end
is "stopped while waiting: exit 0, no CMD" "$rc $(grep -c '^cmd$' e.out)" '0 0'

## many

container_root f
i=0
while [ $i -lt 200 ]; do
	script f/etc/services.d/s$i/run 'exec sleep 1000'
	i=$((i + 1))
done
container f S6_CMD_WAIT_FOR_SERVICES=1 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=0 \
	sh -c 'for i in /run/service/s*; do s6-svstat -o up "$i"; done | sort | uniq -c' >f.out 2>f.err
is "200 services, waited for" "$? $(grep true f.out | sed 's/^ *//')" '0 200 true'
is "200 services: nothing is said" "$(cat f.err)" ''
done_testing
