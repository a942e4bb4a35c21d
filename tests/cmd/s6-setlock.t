#!/bin/sh
# s6-setlock: who gets the lock, who waits, and where the descriptor lies
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-setlock
synopsis='s6-setlock: usage: s6-setlock [ -r | -w ] [ -n | -N ] [ -t timeout ] [ -d fd ] lockfile prog...'
for args in '' 'f' '-z f true' '-t' '-t x f true' '-t -1 f true' '-d x f true' '-d 4294967295 f true'; do
	run s6-setlock $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done
notok "nothing was made of it" test -e f

run s6-setlock f sh -c 'exit 42'
is "runs the program" "$rc" 42
is "the file is made, empty" "$(stat -c %a,%s f)" 644,0
run s6-setlock -r g true
is "-r makes it too" "$rc,$(stat -c %a,%s g)" 0,644,0
(umask 077 && s6-setlock h true)
is "umask" "$(stat -c %a h)" 600
echo text >f
run s6-setlock f true
is "what is in it stays" "$(cat f)" text
run s6-setlock f ./none
is "no program" "$rc,$err" '127,s6-setlock: fatal: unable to exec ./none: No such file or directory'
run s6-setlock f ''
is "empty program name" "$rc,$err" '126,s6-setlock: fatal: unable to exec : Permission denied'
odd=$(printf 'a\nb %0240d' 0)
run s6-setlock -n -- "$odd" true
is "a hostile name" "$rc,$(test -f "$odd" && echo made)" 0,made
run s6-setlock -n -- -dash true
is "a name with a dash" "$rc" 0

# what cannot be opened
run s6-setlock none/f true
is "no directory" "$rc,$err" \
	'111,s6-setlock: fatal: unable to open none/f for writing: No such file or directory'
run s6-setlock -r none/f true
is "-r: no directory" "$rc,$err" \
	'111,s6-setlock: fatal: unable to create none/f: No such file or directory'
run s6-setlock . true
is "a directory" "$rc,$err" '111,s6-setlock: fatal: unable to open . for writing: Is a directory'
run s6-setlock -r . true
is "-r: a directory will do" "$rc" 0
mkfifo fifo
run s6-setlock fifo true
is "a FIFO does not block" "$rc,$err" \
	'111,s6-setlock: fatal: unable to open fifo for writing: No such device or address'
if [ "$(id -u)" = 0 ] && { run s6-setuidgid 12345:12345 s6-setlock --version; [ "$rc" = 0 ]; }; then
	chmod 600 f
	run s6-setuidgid 12345:12345 s6-setlock f true
	is "not ours" "$rc,$err" \
		'111,s6-setlock: fatal: unable to open f for writing: Permission denied'
	run s6-setuidgid 12345:12345 s6-setlock -r f true
	is "-r: not ours" "$rc,$err" \
		'111,s6-setlock: fatal: unable to open f for reading: Permission denied'
	chmod 644 f
	run s6-setuidgid 12345:12345 s6-setlock -r f true
	is "-r asks for reading only" "$rc" 0
	mkdir -m 1777 sticky
	touch sticky/f
	chmod 666 sticky/f
	run s6-setuidgid 12345:12345 s6-setlock sticky/f true
	is "somebody else's file in a sticky directory" "$rc" 0
else
	skip "files of others" "this user may not change ids, or nobody else may run $bin"
fi

# held OPTION... FILE: somebody else has that lock from now on
held() {
	rm -f holds
	s6-setlock "$@" sh -c 'echo $$ >holds; exec sleep 1000' &
	holder=$!
	wait_until test -s holds
}
release() {
	kill "$holder"
	wait "$holder" 2>/dev/null
}
busy='1,s6-setlock: fatal: unable to lock f: Device or resource busy'
late='1,s6-setlock: fatal: lock f: timed out'
held f
run s6-setlock -n f true
is "-n: busy" "$rc,$err" "$busy"
run s6-setlock -n -r f true
is "-n -r: busy" "$rc,$err" "$busy"
run s6-setlock -t 40 f true
is "-t: timed out" "$rc,$err" "$late"
run s6-setlock -r -t 40 f true
is "-r -t: timed out" "$rc,$err" "$late"
run s6-setlock -n -t 40 f true
is "-n and -t: -n wins" "$rc,$err" "$busy"
run s6-setlock -t 40 -N f true
is "-t and -N: -t waits" "$rc,$err" "$late"
run s6-setlock -n -N -t 40 f true
is "-N undoes -n" "$rc,$err" "$late"
run s6-setlock -n g true
is "another file is free" "$rc" 0

# blocked PID: it waits in fcntl for the lock
blocked() {
	grep -q "^[0-9]*: -> POSIX .* $1 " /proc/locks
}
for args in '' '-N' '-t 0' '-t 20000' '-r' '-r -t 20000'; do
	rm -f came
	s6-setlock $args f sh -c 'echo came >came' &
	waiter=$!
	if ! wait_until blocked "$waiter"; then diag "$waiter does not wait"; fi
	notok "'$args' waits" test -e came
	release
	wait "$waiter"
	is "'$args' gets it then" "$(cat came)" came
	held f
done
release

held -r f
run s6-setlock -r -n f true
is "-r beside -r" "$rc" 0
run s6-setlock -n f true
is "-w beside -r: busy" "$rc,$err" "$busy"
run s6-setlock -r -w -n f true
is "-w undoes -r" "$rc,$err" "$busy"
release

# the time is over for the lock, not for the program
run env s6-setlock -t 20 f sh -c 'sleep 0.1; echo $?'
is "no alarm reaches the program" "$rc,$out" 0,0
run s6-setlock -t 20 f sed -n 's/^Sig\(Blk\|Ign\):/\1/p' /proc/self/status
with=$out
run s6-setlock f sed -n 's/^Sig\(Blk\|Ign\):/\1/p' /proc/self/status
is "nor is anything of it left" "$with" "$out"

# the descriptor
target='for fd in /proc/$$/fd/*; do [ "$(readlink $fd)" = "$PWD/f" ] && printf "%s " "${fd##*/}"; done; echo'
run s6-setlock f sh -c "$target"
is "the lowest descriptor that is free" "$out" '3 '
run s6-setlock -d 9 f sh -c "$target"
is "-d moves it" "$out" '9 '
run s6-setlock -d 3 f sh -c "$target"
is "-d where it is already" "$out" '3 '
run s6-setlock -d 0 f sh -c "$target"
is "-d 0" "$out" '0 '
run s6-setlock -d 1 f echo into it
is "-d 1: the lock becomes standard output" "$rc,$out,$(cat f)" '0,,into it'
run s6-setlock -d 100000000 f true
is "-d beyond the limit" "$rc,$err" \
	'111,s6-setlock: fatal: unable to move lock descriptor: Bad file descriptor'
for fd in 3 9; do
	held -d $fd f
	run s6-setlock -n f true
	is "-d $fd holds the lock" "$rc,$err" "$busy"
	release
done
run sh -c 'exec 9<>f; exec s6-setlock -d 9 f sh -c "s6-setlock -n f true"'
is "-d over a descriptor of the same file holds it too" "$rc,$err" "$busy"
done_testing
