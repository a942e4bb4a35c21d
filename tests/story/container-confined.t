#!/bin/sh
# containers with less: no privilege, nothing to write to, not process 1; and a second life
. "${0%/*}/../lib.sh"
. "$top/tests/container.sh"
container_works || skip_all "no PID namespaces here"
setpriv --reuid=1234 --regid=1234 --clear-groups --inh-caps=-all --bounding-set=-all true 2>/dev/null ||
	skip_all "no setpriv here"

container_root c
script c/etc/cont-init.d/1 'echo "init as $(id -u)"; printf v >$S6_STATEDIR/container_environment/NEW'
script c/etc/cont-finish.d/1 'echo finish'
# a service by hand, wherever the scan directory is
script c/etc/cont-init.d/2 'cd $S6_STATEDIR/services/ || exit
mkdir a && printf "#!/bin/sh\necho up >a.up; exec sleep 1000\n" >a/run && chmod +x a/run || exit
[ ! -e noexec ] && s6-svscanctl -a .'
# all WHAT: the whole of it works, with the CMD's code, and nothing was said but what follows
all() {
	is "$1: exit code" "$rc" 3
	is "$1: scripts, variables, service" "$(printf '%s\n' "$out" | grep -c '^init as\|^v$\|^up$\|^finish$')" 4
	is "$1: messages" "$err" "$2"
}
cmd='echo $NEW; cd $S6_STATEDIR/services/; until [ -s a/a.up ]; do sleep 0.02; done; cat a/a.up; exit 3'
private='neither /run nor /var/run can be written - the state is in'

run container c sh -c "$cmd"
all "as root" ''
cont_mounts='mount -o remount,bind,ro "$root"; mount -t tmpfs tmpfs "$root/run"'
run container c sh -c "$cmd"
all "read-only root, tmpfs on /run" ''
cont_mounts='mount -o remount,bind,ro "$root"'
run container c sh -c "$cmd"
all "read-only root: a tmpfs is mounted" 's6-init: info: mounted a tmpfs on /run'
cont_mounts='mount -o remount,bind,ro "$root"; mount -t tmpfs -o noexec tmpfs "$root/run"'
rm c/etc/cont-init.d/2
run container c sh -c 'echo "$NEW"; exit 3'
is "noexec /run: boot, CMD and stop" "$rc $(printf '%s\n' "$out" | grep -c '^init as\|^v$\|^finish$') $err" '3 3 '
contained c
wait_until grep -qs run "/proc/$one/root/run/s6/phase"
kill -TERM "$one"
container_end
is "noexec /run: signals and stop" "$rc" 0
script c/etc/cont-init.d/2 'cd $S6_STATEDIR/services/ || exit
mkdir a && printf "#!/bin/sh\necho up >a.up; exec sleep 1000\n" >a/run && chmod +x a/run && s6-svscanctl -a .'

# another user, without capabilities
cont_user=1234 cont_mounts=''
run container c sh -c "$cmd"
all "a user: /dev/shm or /tmp" "s6-init: warning: $private /dev/shm/s6-1234, and there is nothing below /run/s6"
like "a user: it is him" "$out" '^init as 1234$'
rm -rf /dev/shm/s6-1234
cont_mounts='mount --bind "$root/tmp" "$root/dev/shm"; mount -o remount,bind,ro "$root/dev/shm"'
run container c sh -c "$cmd"
all "a user, /dev/shm cannot be written" "s6-init: warning: $private /tmp/s6-1234, and there is nothing below /run/s6"
is "it is for him alone" "$(stat -c '%u %a' c/tmp/s6-1234)" '1234 700'
cont_mounts='mount -t tmpfs -o mode=755,uid=1234 tmpfs "$root/run"'
run container c sh -c "$cmd"
all "a user, to whom /run belongs" ''
cont_mounts='mount -t tmpfs -o mode=777 tmpfs "$root/run"'
run container c sh -c "stat -c %a /run/s6; $cmd"
all "a user, /run is everybody's" ''
like "the state is his alone" "$out" '^700$'
chmod 777 c/var
rm -f c/var/run
mkdir -m 777 c/var/run
cont_mounts='mount -t tmpfs -o mode=755 tmpfs "$root/run"'
run container c sh -c "$cmd"
all "a user, /var/run is everybody's" \
	's6-init: warning: /run cannot be written - the state is in /var/run/s6, and there is nothing below /run/s6'
rm -rf c/var/run
ln -s /run c/var/run
chmod 755 c/var
cont_mounts='mount -o remount,bind,ro "$root"; mount --bind "$root/tmp" "$root/dev/shm"; mount -o remount,bind,ro "$root/dev/shm"'
run container c sh -c "$cmd"
is "nowhere at all: exit 100" "$rc" 100
like "and what to do" "$err" 'mount a tmpfs on /run'
cont_user='' cont_mounts=''

## a second life of the same root

contained c
wait_until grep -qs run "/proc/$one/root/run/s6/phase"
inside sh -c 'echo 9 >/run/s6-linux-init-container-results/exitcode; echo x >/run/s6/container_environment/OLD
	mkdir /run/service/old'
kill -KILL "$one"
container_end
run container c sh -c 'ls -d /run/s6/container_environment/OLD /run/service/old 2>/dev/null; '"$cmd"
all "after a kill" ''
notok "nothing is left of the old life" grep -q OLD "$TMPDIR/out"
cont_user=1234
cont_mounts='mount --bind "$root/run" "$root/run"'
chown 1234 c/run
echo 9 >c/run/s6-linux-init-container-results/exitcode
run container c sh -c "$cmd"
is "another user who cannot remove it: still the CMD's code" "$rc" 3
contained c
wait_until grep -qs run "/proc/$one/root/run/s6/phase"
kill -TERM "$one"
container_end
is "and none of an earlier life" "$rc" 0
cont_user='' cont_mounts=''
chown 0 c/run
rm -rf /dev/shm/s6-1234 c/tmp/s6-1234

## not process 1

info='s6-init: info: not process 1: what does not descend from here is left alone at the end'
cat >c/outer <<'END'
#!/bin/sh
sleep 1000 &
outer=$!
/init "$@"
echo "code $?"
kill -0 $outer && echo "outer lives"
ls /proc | grep -c '^[1-9]'
kill $outer
exit 4
END
chmod +x c/outer
cont_init='/outer'
run container c sh -c "(setsid sleep 1000 & ); $cmd"
is "below a shell: the shell goes on" "$rc" 4
like "below a shell: its own code" "$out" '^code 3$'
like "below a shell: others are left alone" "$out" '^outer lives$'
is "below a shell: one line" "$err" "$info"
like "below a shell: none of its own is left" "$out" '^4$'
cont_init='sh -c'
run container c "exec /init sh -c 'echo one; exit 6'"
is "sh -c 'exec /init'" "$rc $err" '6 '
for i in tini dumb-init; do
	if p=$(command -v $i); then
		cont_init="$p -- /init"
		run container c sh -c "$cmd"
		is "below $i: exit code" "$rc" 3
		contained c sleep 1000
		wait_until grep -qs run "/proc/$one/root/run/s6/phase"
		kill -TERM "$one"
		container_end
		is "below $i: TERM" "$rc $(printf '%s\n' "$out" | grep -c 'KILL signal')" '0 1'
	else
		skip "below $i: exit code" "no $i here"
		skip "below $i: TERM" "no $i here"
	fi
done
cont_init=/init

done_testing
