#!/bin/sh
# s6-tai64nlocal: stamps read back as dates
. "${0%/*}/../lib.sh"

visible() {
	cat -A
}

usage_ok s6-tai64nlocal
run sh -c 's6-tai64nlocal <.'
is "unreadable input: exit 111" "$rc" 111
is "unreadable input: message" "$err" \
	"s6-tai64nlocal: fatal: unable to read from stdin: Is a directory"
run sh -c 'echo x | s6-tai64nlocal >/dev/full'
is "full output: exit 111" "$rc" 111
is "full output: message" "$err" \
	"s6-tai64nlocal: fatal: unable to write to stdout: No space left on device"
run s6-tai64nlocal -z
is "unknown option: exit 100" "$rc" 100
is "unknown option: usage" "$err" "s6-tai64nlocal: usage: s6-tai64nlocal [ -g ]"

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
seq 1 100000 | s6-tai64n >many
is "what s6-tai64n stamps comes back" "$(s6-tai64nlocal <many | cut -b 31- | cksum)" \
	"$(seq 1 100000 | cksum)"
done_testing
