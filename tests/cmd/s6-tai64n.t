#!/bin/sh
# s6-tai64n: stamps put before lines
. "${0%/*}/../lib.sh"

# visible: control characters and the end of each line made visible
visible() {
	cat -A
}

usage_ok s6-tai64n

printf 'one\n\n\001\000two\nlast' | s6-tai64n >stamped
is "exit 0" $? 0
is "each line has a stamp of its form" "$(grep -a -c -E '^@[0-9a-f]{24} ' stamped)" 4
is "the text is kept, NUL too, the last line completed" \
	"$(cut -b 27- stamped | visible)" "$(printf 'one\n\n\001\000two\nlast\n' | visible)"
seq 1 100000 | s6-tai64n >many
ok "the stamps rise strictly" sort -u -c many
is "every line is there" "$(cut -b 27- many | cksum)" "$(seq 1 100000 | cksum)"
is "no input, no output" "$(s6-tai64n </dev/null)" ""
echo x | s6-tai64n | s6-tai64nlocal -g >now
before=$(date -u +%Y-%m-%d)
like "the stamp is now" "$(cat now)" "^$before .* x\$|^$(date -u +%Y-%m-%d) .* x\$"
is "operands are ignored" "$(echo x | s6-tai64n -x operand | cut -b 26-)" " x"
head -c 300000 /dev/zero | tr '\0' x >long
{ cat long; echo; echo y; } | s6-tai64n >stamped
is "a long line gets one stamp" "$(grep -c '^@' stamped)" 2
is "and stays whole" "$(cut -b 27- stamped | cksum)" "$({ cat long; echo; echo y; } | cksum)"

# what comes slowly is passed on at once
mkfifo in out
s6-tai64n <in >out &
started="$started $!"
exec 7>in 8<out
echo quick >&7
read -r line <&8
is "a line is not held back" "${line#* }" quick
exec 7>&- 8<&-

run sh -c 's6-tai64n <.'
is "unreadable input: exit 111" "$rc" 111
is "unreadable input: message" "$err" \
	"s6-tai64n: fatal: unable to read from stdin: Is a directory"
run sh -c 'echo x | s6-tai64n >/dev/full'
is "full output: exit 111" "$rc" 111
is "full output: message" "$err" \
	"s6-tai64n: fatal: unable to write to stdout: No space left on device"
done_testing
