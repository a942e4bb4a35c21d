#!/bin/sh
# A container on a terminal: the CMD has it, and ^C goes where it should.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
[ $BOX = podman ] || skip_all 'only podman gives a container a terminal'
command -v script >/dev/null 2>&1 && man=$(command script --help 2>&1) || skip_all 'no script here'
case $man in *--return*) ;; *) skip_all 'another script than that of util-linux' ;; esac
new_root r

# terminal NAME CMD...: a container with a terminal, whose keys are what is written to descriptor 9
terminal() {
	name=$1
	shift
	mkfifo "$name.keys"
	cat >"$name.sh" <<-END
	CONTAINERS_CONF=$TMPDIR/containers.conf exec podman --root $TMPDIR/s --runroot $TMPDIR/r --tmpdir $TMPDIR/p \\
		--storage-driver $storage --runtime runc run --rm --tty --interactive --name $name --rootfs $PWD/r /init "\$@"
	END
	words=''
	for w; do words="$words $(quote "$w")"; done
	command script -qefc "sh $name.sh $words" "$name.log" <"$name.keys" >/dev/null 2>&1 &
	job=$!
	exec 9>"$name.keys"
	boxes="$boxes $name"
}
ended() {
	rc=0
	wait $job || rc=$?
	exec 9>&-
}
shows() { tr -d '\r' <"$name.log" | grep -qx -e "$1"; }

terminal cmd sh -c 'trap "echo cmd: INT; exit 9" INT; tty; echo up; while :; do sleep 0.05; done'
ok 'a CMD on a terminal' wait_until shows up || diag "$(cat cmd.log)"
ok 'has it' grep -q /dev/ cmd.log
printf '\003' >&9
ended
ok '^C goes to the CMD' shows '.*cmd: INT'
is 'whose code is the container s' "$rc" 9

printf '%s\n' 'cut -d " " -f 5,8 /proc/$$/stat | grep -qx "$$ $$" && echo has it' >r/bare
chmod 755 r/bare
terminal bare /bare
ended
ok 'a CMD without a #! line has it, too' shows 'has it'
is 'and ends' "$rc" 0

terminal sh sh
asks() { grep -q '# ' sh.log; }
ok 'a shell' wait_until asks
printf 'echo $((6 * 7)); sleep 1000 | cat\n' >&9
ok 'reads what is typed' wait_until shows 42
printf '\003' >&9
printf 'exit 5\n' >&9
ended
is '^C ends what it runs, not the container' "$rc" 5

script r/etc/services.d/a/run '#!/bin/sh' 'exec sleep 1000'
terminal none
ok 'no CMD' wait_until shows '\[services.d\] done.'
printf '\003' >&9
ended
is '^C: an orderly stop, 0' "$rc" 0
ok 'to its last line' shows '\[s6-finish\] sending all processes the KILL signal and exiting.'

script r/etc/cont-init.d/01-long '#!/bin/sh' 'trap "echo long: told; exit 1" INT TERM' 'echo long: begun' \
	'while :; do sleep 0.05; done'
terminal boot sh -c 'echo the CMD'
ok 'a boot that takes long' wait_until shows 'long: begun'
printf '\003' >&9
ended
is '^C during boot: an orderly stop, 0' "$rc" 0
ok 'the script is told' shows '.*long: told'
notok 'no CMD' shows 'the CMD'
ok 'to the last line' shows '\[s6-finish\] sending all processes the KILL signal and exiting.'
done_testing
