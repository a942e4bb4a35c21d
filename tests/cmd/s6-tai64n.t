#!/bin/sh
# s6-tai64n and s6-tai64nlocal: stamps put before lines, and read back
. "${0%/*}/../lib.sh"

# visible: control characters and the end of each line made visible
visible() {
	cat -A
}

usage_ok s6-tai64n
usage_ok s6-tai64nlocal

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
run sh -c 's6-tai64nlocal <.'
is "local, unreadable input: exit 111" "$rc" 111
is "local, unreadable input: message" "$err" \
	"s6-tai64nlocal: fatal: unable to read from stdin: Is a directory"
run sh -c 'echo x | s6-tai64nlocal >/dev/full'
is "local, full output: exit 111" "$rc" 111
is "local, full output: message" "$err" \
	"s6-tai64nlocal: fatal: unable to write to stdout: No space left on device"
run s6-tai64nlocal -z
is "local, unknown option: exit 100" "$rc" 100
is "local, unknown option: usage" "$err" "s6-tai64nlocal: usage: s6-tai64nlocal [ -g ]"

# local NAME LINE WANT: how the line is shown in UTC
local_is() {
	is "$1" "$(printf "$2" | s6-tai64nlocal -g operand | visible)" "$(printf "$3" | visible)"
}
label=@400000005868470400000001
shown='2017-01-01 00:01:35.000000001'
local_is "a label" "$label text\n" "$shown text\n"
local_is "nothing after it" "$label\n" "$shown\n"
local_is "no blank after it" "${label}text\n" "${shown}text\n"
local_is "a last line without newline" "$label text" "$shown text"
local_is "a bare label without newline is left" "$label" "$label"
local_is "upper case" "@40000000FFFFFFFF0000ABCD x\n" "2106-02-07 06:27:38.000043981 x\n"
local_is "not in the first column" " $label x\n" " $label x\n"
local_is "too short" "@40000000586847040000000 x\n" "@40000000586847040000000 x\n"
local_is "before 1970" "@3fffffffffffffff00000000 x\n" "@3fffffffffffffff00000000 x\n"
local_is "out of range" "@800000000000000000000000 x\n" "@800000000000000000000000 x\n"
local_is "a leap second" "@40000000586846a400000000 x\n" "2016-12-31 23:59:60.000000000 x\n"
local_is "two lines" "$label\n$label b\n\n" "$shown\n$shown b\n\n"
local_is "NUL in a line" "$label a\\\\000b\n" "$shown a\\\\000b\n"
is "local time follows TZ" "$(echo "$label x" | TZ=EST5EDT,M3.2.0,M11.1.0 s6-tai64nlocal)" \
	"2016-12-31 19:01:35.000000001 x"
is "what s6-tai64n stamps comes back" "$(s6-tai64nlocal <many | cut -b 31- | cksum)" \
	"$(seq 1 100000 | cksum)"
done_testing
