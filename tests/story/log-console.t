#!/bin/sh
# Lines to a directory and, with a name, to a console that others share and
# whose reader may be slow.
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

# names
mkdir -p v
printf 'a\nb\n' | s6-log --console ./v/web >out
is "named after the directory" "$(cat out)" "[web] a
[web] b"
printf 'a\n' | s6-log --console "$PWD/v/web//" >out
is "slashes at the end" "$(cat out)" "[web] a"
printf 'a\nbc\n' | s6-log --console='my app' - +b t pX ./v/d >out
is "a name, and all lines, as they came in" "$(cat out)" "[my app] a
[my app] bc"
like "the directory as scripted" "$(cat v/d/current)" '^@[0-9a-f]{24} X bc$'
printf 'a\nb\n' | s6-log --console= ./v/e >out
is "no prefix" "$(cat out)" "a
b"
printf 'a\n' | s6-log --console=n 1 >out
is "beside the action 1" "$(cat out)" "a
[n] a"
run s6-log --console 2
is "no name to be had" "$rc $err" "100 s6-log: fatal: --console needs a name, as there is no log directory"

# a reader that does not read; the directory does not wait
mkfifo console
exec 8<>console
for options in '' -b; do
	rm -rf d
	"$tool/lines" 20000 | s6-log $options --console=x n99 ./d >console &
	pid=$!
	ok "slow console${options:+, $options}: the directory has everything" wait_until grep -qs '^L0000019999' d/current
	ok "slow console: held back" kill -0 $pid
	head -n 20000 <&8 >out
	wait $pid
	is "slow console: nothing lost" "$? $(sed 's/^\[x\] //' out | cksum)" "0 $("$tool/lines" 20000 | cksum)"
done

for options in '' -b --console-drop; do
	rm -rf d
	"$tool/lines" 20000 | s6-log $options --console= n99 ./d >console &
	pid=$!
	ok "slow console, no prefix${options:+, $options}: the directory has everything" \
		wait_until grep -qs '^L0000019999' d/current
	head -n 1000 <&8 >out
	kill -KILL $pid
	wait $pid 2>/dev/null
	timeout 0.2 cat <&8 >>out
	is "slow console, no prefix${options:+, $options}: lines as they came in" \
		"$(head -n 1000 out | cksum)" "$("$tool/lines" 1000 | cksum)"
done

# beyond the backlog the input waits
rm -rf d
"$tool/lines" 20000 | s6-log --backlog=100000 --console=x n99 ./d >console &
pid=$!
wait_until test -s d/current
head -n 20000 <&8 >out
wait $pid
is "beyond the backlog: nothing lost" "$(sed 's/^\[x\] //' out | cksum)" "$("$tool/lines" 20000 | cksum)"

# drop
rm -rf d
mkfifo in
s6-log --console=x --console-drop n99 ./d <in >console &
pid=$!
exec 9>in
"$tool/lines" 20000 >&9
ok "drop: the directory has everything" wait_until grep -qs '^L0000019999' d/current
timeout 10 sed '/lines dropped$/q' <&8 >out
said=$(sed -n 's/^\[x\] s6-log: \([0-9]*\) lines dropped$/\1/p' out)
is "drop: what is missing is told" "$(grep -c '^\[x\] L' out) + ${said:-none}" "$((20000 - ${said:-0})) + $said"
"$tool/lines" 1 0 20000 >&9
exec 9>&-
wait $pid
is "drop: ends" "$?" 0
head -n 1 <&8 >out
is "drop: then goes on" "$(cat out)" "[x] $("$tool/lines" 1 0 20000)"
is "drop: the directory lost nothing" "$("$tool/account" 20001 d)" \
	"20001 lines, 0 lost in 0 gaps, the largest 0 bytes, 0 torn"

# drop, and nobody ever reads: that does not keep it from ending
rm -rf d
"$tool/lines" 20000 | s6-log --flush-timeout=100 --console=x --console-drop n99 ./d >console
is "drop: ends though nobody reads" "$? $(tail -n 1 d/current)" "0 $("$tool/lines" 1 0 19999)"
timeout 0.2 cat <&8 >out

# several loggers on one console
for name in a b c d; do
	"$tool/lines" 3000 | s6-log --console=$name n9 ./$name >console &
done
head -n 12000 <&8 >out
wait
is "shared: no line is mixed with another" "$(grep -cvE '^\[[abcd]\] L[0-9]{10}:[a-z]*$' out)" 0
is "shared: each in its order" "$(for n in a b c d; do sed -n "s/^\[$n\] //p" out | cksum; done | uniq -c | sed 's/^ *//')" \
	"4 $("$tool/lines" 3000 | cksum)"

# standard output is left as it was
s6-log --console=x ./d <in >console &
pid=$!
exec 9>in
wait_until grep -q 'SigBlk:.*6001' /proc/$pid/status
notok "not made non-blocking" sh -c "grep -q '^flags:.*4...$' /proc/$pid/fdinfo/1"
exec 9>&-
wait $pid

done_testing
