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
