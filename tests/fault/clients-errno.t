#!/bin/sh
# Each system call of a command or a tool for run scripts fails once, with errors
# that it may answer. The program then does what it was asked for, or says why not
# and exits as its manual says; it does not die, hang, or leave a FIFO behind, and
# never says that all is well when it has done nothing.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

errors='EIO EMFILE EINTR'
[ -z "$LONG" ] || errors="$errors ENOMEM EACCES ENOSPC EAGAIN EROFS EPERM ENOSYS"
first=$(($("$tool/nth" count 0 s6-svok --version | tail -n 1) - 3))
[ "$first" -gt 0 ] || first=0

service web 'exec sleep 1000'
printf '#!/bin/sh\nexit 0\n' >web/finish
chmod +x web/finish
echo 0 >web/restart-delay
service idle 'exec sleep 1000'
touch idle/down
hear web
supervise web
supervise idle
tell web r
wait_until heard web sudDu
mkdir sd
scan sd
mkdir env
echo value >env/NAME
echo other >env/OTHER
s6-mkfifodir fifodir
fifos() { find web/event idle/event fifodir -name 'ftrig1:*' ! -name '*:hearer' -o -name '.ftrig1:*' | wc -l; }

# fails CODES CHECK PROGRAM ARG...: the exit codes besides 0; what must hold when it
# exited 0. What it executes may be what is disturbed: codes 1 and 2 are a shell's.
fails() {
	codes=$1 check=$2
	shift 2
	tried=0 survived=0 bad=''
	for e in $errors; do
		n=0
		while n=$((n + 1)); do
			before
			timeout -k 1 20 "$tool/nth" -v -p -s "$first" "errno=$(errno_of "$e")" $n "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
			reached=$?
			[ $reached != 99 ] || break
			tried=$((tried + 1))
			end=$(sed -n '$p' "$TMPDIR/out")
			case "$end" in
			'exit 0') why=$($check) ;;
			'exit '*)
				case " $codes " in *" ${end#exit } "*) why='' ;; *) why="$end" ;; esac
				[ -s "$TMPDIR/err" ] || [ "$end" = 'exit 1' ] || why="$why silent"
				;;
			# no memory for the loader of what it has executed: that dies of it
			'signal 11') case "$codes.$e" in *126*.ENOMEM) why='' ;; *) why="$end" ;; esac ;;
			*) why="$end, $reached" ;;
			esac
			# one that may not be removed stays
			[ "$(fifos)" = 0 ] || grep -qx 'call \(263\|35\)' "$TMPDIR/out" || why="$why FIFO left"
			[ "$(fifos)" = 0 ] || find web/event idle/event fifodir -name '*ftrig1:*' ! -name '*:hearer' -delete
			if [ -z "$why" ]; then
				survived=$((survived + 1))
			else
				bad="$bad; $e at $n ($(sed -n 's/^call //p' "$TMPDIR/out" | tail -n 1)): $why: $(cat "$TMPDIR/err")"
			fi
		done
	done
	diag "figure: one failed call, $*: $survived/$tried"
	is "$*: survived" "$survived of $tried$bad" "$tried of $tried"
	[ $tried -gt 1 ] || ok "$*: it was tried" false
}
before() { :; }
nothing() { :; }
printed() { grep -Eq "$want" "$TMPDIR/out" || echo "no output"; }

want='^up \(pid [0-9]+'
fails '1 111' printed s6-svstat web
want='"up":true'
fails '1 111' printed s6-svstat --json web
want='web: up '
fails '1 111' printed s6-svstat idle web
fails '1 111' nothing s6-svok web
fails '111' nothing s6-svwait -u -t 3000 web
fails '1 99 111' nothing s6-svwait -o -d -t 3000 web idle
went() { s6-svwait -d -t 3000 web >/dev/null 2>&1 || echo 'still up'; }
before() { [ "$(state web up)" = true ] || { tell web u; s6-svwait -u -t 3000 web; }; }
fails '1 99 100 102 111' went s6-svc -wd -T 3000 -d web
before() { :; }
tell web u
fails '1 99 102 111' nothing s6-svlisten1 -u -t 3000 web true
before() { [ "$(wc -c <web/supervise/death_tally)" -gt 0 ] || { tell web k; wait_until [ -s web/supervise/death_tally ]; }; }
want='^@[0-9a-f]* '
fails '111' printed s6-svdt web
emptied() { [ ! -s web/supervise/death_tally ] || echo 'not empty'; }
fails '111' emptied s6-svdt-clear web
before() { :; }
fails '111' nothing s6-svperms -u -o web
fails '1 100 111' nothing s6-svscanctl -a sd
made() { [ -p new ] || [ -d new ] || echo 'not made'; }
before() { rm -rf new; }
fails '111' made s6-mkfifodir new
before() { mkfifo -m 622 fifodir/ftrig1:@40000000000000000000000000:hearer 2>/dev/null || :; }
fails '111' nothing s6-cleanfifodir fifodir
before() { rm -f fifodir/ftrig1:*; }
fails '111' nothing s6-ftrig-notify fifodir x
fails '1 99 111' nothing s6-ftrig-listen1 -t 3000 fifodir a s6-ftrig-notify fifodir a
before() { :; }
want='^value other$'
fails '1 2 111 126 127' printed s6-envdir env sh -c 'echo $NAME $OTHER'
want='^done'
fails '1 2 111 126 127' printed s6-softlimit -o 20 echo "done"
fails '1 2 1 100 111 126 127' printed s6-setlock -n lockfile echo "done"
fails '1 2 111 126 127' printed s6-setsid echo "done"
if [ "$(id -u)" = 0 ]; then
	want='^1:1$'
	fails '1 2 100 111 126 127' printed s6-setuidgid daemon sh -c 'echo $(id -u):$(id -g)'
	want='^[0-9]+:[0-9]+:'
	fails '1 2 100 111 126 127' printed s6-envuidgid daemon sh -c 'echo $UID:$GID:$GIDLIST'
	want='^1:'
	fails '1 2 100 111 126 127' printed s6-applyuidgid -u 1 -g 1 -G 1 sh -c 'echo $(id -u):'
fi
s6-svscanctl -t sd
done_testing
