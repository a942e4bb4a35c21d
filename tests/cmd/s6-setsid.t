#!/bin/sh
# s6-setsid: sessions, process groups, and a terminal
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-setsid
synopsis='s6-setsid: usage: s6-setsid [ -s | -b | -f | -g ] [ -i | -I | -q ] [ -d ctty ] prog...'
for args in '' '-s' '-d' '-d x true' '-d -1 true' '-d 4294967295 true' '--ctty=x true' '--ctty= true' \
	'--ctty true' '--session=x true'; do
	run s6-setsid $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done
run s6-setsid -z true
is "unknown short option" "$rc,$err" '100,s6-setsid: fatal: unrecognized short option: z'
run s6-setsid --zoo true
is "unknown long option" "$rc,$err" '100,s6-setsid: fatal: unrecognized long option: zoo'
run s6-setsid ./none
is "no program" "$rc,$err" '127,s6-setsid: fatal: unable to exec ./none: No such file or directory'
run s6-setsid ''
is "empty program name" "$rc,$err" '126,s6-setsid: fatal: unable to exec : Permission denied'

# leader: what the shell that runs it leads
leader='set -- $(sed "s/.*) //" /proc/$$/stat); case $3,$4 in
	$$,$$) echo session ;; $$,*) echo group ;; *) echo nothing ;; esac'
while read -r want args; do
	run s6-setsid -i $args sh -c "$leader"
	is "'$args' leads a $want" "$rc,$out" "0,$want"
done <<'END'
session
session -s
session --session
group -b
group --background-process-group
group --process-group
group -sb
session -bs
session --process-group --session
session --foreground --grab
group --process-group --grab
group -f -b
session -f -s
END

# what a session leader cannot do
for args in '-s:setsid' '-b:setpgid' '--strict -s:setsid'; do
	run s6-setsid s6-setsid -i ${args%:*} echo ran
	is "${args%:*} -i: fatal" "$rc,$out,$err" \
		"111,,s6-setsid: fatal: unable to ${args#*:}: Operation not permitted"
	run s6-setsid s6-setsid ${args%:*} -I echo ran
	is "${args%:*} -I: a warning" "$rc,$out,$err" \
		"0,ran,s6-setsid: warning: unable to ${args#*:}: Operation not permitted"
done
run s6-setsid s6-setsid echo ran
is "as with nothing" "$rc,$out,$err" \
	"0,ran,s6-setsid: warning: unable to setsid: Operation not permitted"
for args in -q --quiet; do
	run s6-setsid s6-setsid $args echo ran
	is "$args: silence" "$rc,$out,$err" "0,ran,"
done
run s6-setsid s6-setsid -i --no-strict true
is "--no-strict undoes -i" "$rc" 0
run s6-setsid s6-setsid -iq true
is "-q does not" "$rc" 111

# no terminal
for args in -f -g -q\ -f --foreground-process-group --foreground-process-group-grab; do
	run s6-setsid s6-setsid $args true
	is "$args without a terminal" "$rc,$err" \
		'111,s6-setsid: fatal: unable to open /dev/tty: No such device or address'
done
for args in '-f -d 0' '-g -d0' '--ctty=0 -f' '-b --foreground -d 0' '-d 0 --foreground --process-group'; do
	run s6-setsid $args -i true
	is "$args: no terminal either" "$rc,$err" \
		'111,s6-setsid: fatal: unable to tcsetpgrp: Inappropriate ioctl for device'
	run s6-setsid $args echo ran
	is "$args: warned" "$rc,$out,$err" \
		'0,ran,s6-setsid: warning: unable to tcsetpgrp: Inappropriate ioctl for device'
done
run s6-setsid -f -d 77 -i true
is "no such descriptor" "$rc,$err" \
	'111,s6-setsid: fatal: unable to tcsetpgrp: Bad file descriptor'
run s6-setsid s6-setsid -f -d 0 true
is "a warning for each failure" "$(printf '%s\n' "$err" | cut -d: -f3)" \
	"$(printf ' unable to %s\n' setpgid tcsetpgrp)"
run s6-setsid -d 77 true
is "-d is only looked at with -f and -g" "$rc" 0

# a terminal
if ! command -v script >/dev/null; then
	skip "with a terminal" "no script(1) here"
	done_testing
fi
# on_tty COMMAND: in the background of a shell on a terminal of its own
on_tty() {
	printf '%s\n' "$1" >job.sh
	run script -qec 'sh job.sh & wait $!' /dev/null
}
state='sh -c '\''
	set -- $(sed "s/.*) //" /proc/$$/stat)
	[ "$3" = "$$" ] && [ "$6" = "$$" ] && echo foreground
	ls /proc/$$/fd'\'' >got 2>&1'
signals="sed -n 's/^Sig\(Blk\|Ign\):/\1/p' /proc/self/status"
on_tty "exec 3<&-; exec s6-setsid -g -i $state"
is "-g takes the terminal" "$rc,$(head -n 1 got)" '0,foreground'
notok "-g leaves no descriptor open" grep -qx 3 got
on_tty "$signals >before; exec s6-setsid -g -i $signals >after"
is "-g leaves signals alone" "$(cat after)" "$(cat before)"
rm got
on_tty "exec s6-setsid -g -d 0 -i <&1 $state"
is "-g -d" "$rc,$(head -n 1 got)" '0,foreground'
# stopped NAME: the process that wrote its pid to NAME is stopped
stopped() {
	[ "$(sed 's/.*) //; s/ .*//' "/proc/$(cat "$1")/stat")" = T ]
}
rm got
printf 'echo $$ >pid; exec s6-setsid -f -i sh -c "echo went on >got"\n' >job.sh
script -qec 'sh job.sh & exec sleep 1000' /dev/null >/dev/null 2>&1 </dev/null &
holder=$!
ok "-f is stopped while others hold the terminal" wait_until stopped pid
is "-f has not executed yet" "$(cat got 2>/dev/null)" ''
kill -KILL "$(cat pid)"
kill "$holder"
wait "$holder" 2>/dev/null
done_testing
