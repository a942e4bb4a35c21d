#!/bin/sh
# The Containerfile through podman build, compose.yaml as options of podman, kubernetes.yaml through
# podman kube play.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
[ $BOX = podman ] || skip_all 'no podman here'
new_root none

tar -C "$top/build/container/busybox" -cf - . | pod import -q - docker.io/library/busybox:latest >log 2>&1
cp -R "$top/doc/examples/read-only" ctx
cp "$archive" ctx/
if ! pod build -q --format docker --pull=never --isolation=chroot --layers=false -t locked ctx >log 2>&1; then
	diag "$(cat log)"
	skip_all 'podman cannot build images here'
fi
ok 'podman build makes the image of read-only/Containerfile' true

# as compose.yaml has it
compose=$top/doc/examples/compose.yaml
sed -n '/^  locked:/,$p' "$compose" >service
is 'compose.yaml names that image' "$(sed -n 's/^    build: //p' service)" ./read-only
yes=$(sed -n 's/^    read_only: true$/--read-only/p
	s/^    user: "\(.*\)"/--user=\1/p
	s/^    cap_drop: \[\(.*\)\]/--cap-drop=\1/p
	s/^    security_opt: \["\(.*\)"\]/--security-opt=\1/p
	s/^    tmpfs: \[\(.*\), \(.*\)\]/--tmpfs=\1 --tmpfs=\2/p' service)
is 'and locks it' "$(echo $yes)" '--read-only --tmpfs=/run --tmpfs=/tmp --user=1234 --cap-drop=ALL --security-opt=no-new-privileges'
# shellcheck disable=SC2086
pod run --name c $yes locked >"$here/c.out" 2>"$here/c.err" </dev/null &
echo $! >"$TMPDIR/c.job"
boxes="$boxes c"
healthy() { pod healthcheck run c; }
ok "the image's own health check" wait_until healthy || diag "$(cat c.out c.err)"
box_stop c
is 'stops, 0' "$rc" 0

# image EXAMPLE KIND: built by its Containerfile; what RUN would install the root of this KIND has
image() {
	rm -rf ctx
	cp -R "$top/doc/examples/$1" ctx
	cp "$archive" ctx/
	from=$(sed -n 's/^FROM //p' ctx/Containerfile)
	tar -C "$top/build/container/$2" -cf - . | pod import -q - "docker.io/library/${from#docker.io/}" >log 2>&1
	sed -i '/^RUN apt-get/d' ctx/Containerfile
	pod build -q --format docker --pull=never --isolation=chroot --layers=false -t "$1" ctx >log 2>&1
	is "podman build makes the image of $1/Containerfile" "$?" 0 || diag "$(cat log)"
}
# of SERVICE: its part of compose.yaml, in ./service, and what "podman run" is to know of it, in $yes
of() {
	sed -n "/^  $1:/,/^  [a-z]/p" "$compose" | sed '1b; /^  [a-z]/d' >service
	yes=$(sed -n '/^    environment:/,/^    [a-z]/s/^      \([A-Z0-9_]*\): "*\([^"]*\)"*$/--env=\1=\2/p' service
		sed -n 's/^    stop_grace_period: \([0-9]*\)s$/--stop-timeout=\1/p
		s/^      test: \["CMD", "\(.*\)"\]$/--health-cmd=\1/p
		s/^      interval: \(.*\)/--health-interval=\1/p
		s/^      start_period: \(.*\)/--health-start-period=\1/p' service)
	words=$(sed -n 's/^    command: \[\(.*\)\]$/\1/p' service | tr -d '",')
}
# compose_up NAME IMAGE
compose_up() {
	# shellcheck disable=SC2086
	pod run --name "$1" $yes "$2" $words >"$here/$1.out" 2>"$here/$1.err" </dev/null &
	echo $! >"$TMPDIR/$1.job"
	boxes="$boxes $1"
}
image worker busybox
of worker
is 'worker: as compose.yaml has it' "$(echo $yes,$words)" '--env=S6_SERVICES_GRACETIME=8000 --stop-timeout=15,work --queue images'
compose_up worker worker
job() { said_by worker 'work: --queue images in .*'; }
ok 'does its work' wait_until job || diag "$(cat worker.out worker.err log)"
pod stop worker >log 2>&1
box_end worker
is 'and stops in order' "$rc" 0

if [ -e "$top/build/container/debian.made" ]; then
	image nginx-php-fpm debian
	of web
	is 'web: as compose.yaml has it' "$(echo $yes)" \
		'--env=GREETING=hello --stop-timeout=15 --health-cmd=s6-healthcheck --health-interval=10s --health-start-period=30s'
	compose_up web nginx-php-fpm
	healthy() { pod healthcheck run web; }
	WAIT=60
	ok "its health check" wait_until healthy || diag "$(cat web.out web.err)"
	run pod exec web curl -s http://127.0.0.1/
	is 'answers, with the variable' "$out" 'hello from PHP, greeting=hello'
	pod stop web >log 2>&1
	box_end web
	is 'and stops, 0' "$rc" 0
else
	skip 'web' 'no debian root was made'
fi
skip 'ports of compose.yaml' 'containers have no network here'

# as kubernetes.yaml has it
if command -v catatonit >/dev/null 2>&1; then
	cp "$top/doc/examples/kubernetes.yaml" k.yaml
	pod kube play --network none k.yaml >log 2>&1
	is 'podman kube play' "$?" 0 || diag "$(cat log)"
	name=sextet-locked-web
	# shellcheck disable=SC2046
	probe() { pod exec $name $(sed -n "/${1}Probe:/,/command:/s/.*command: //p" k.yaml | tr -d '[]",'); }
	for p in startup readiness liveness; do ok "the $p probe" wait_until probe $p; done
	is 'as user 1234' "$(pod exec $name id -u)" 1234
	down() { pod kube down k.yaml >log 2>&1; }
	ok 'the pod stops' down
else
	skip 'podman kube play' 'no catatonit here'
fi
done_testing
