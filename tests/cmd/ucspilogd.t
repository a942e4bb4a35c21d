#!/bin/sh
# ucspilogd: variables before each line, syslog priorities in words
. "${0%/*}/../lib.sh"

usage_ok ucspilogd

# shows NAME LINES WANT [ARG...]
shows() {
	name=$1 lines=$2 want=$3
	shift 3
	is "$name" "$(printf "$lines" | ucspilogd "$@" | cat -A)" "$(printf "$want" | cat -A)"
}

shows "a priority" '<13>x\n' 'user.notice: x\n'
shows "no priority" 'x <13>\n' 'x <13>\n'
shows "a priority alone" '<165>\n' 'local4.notice: \n'
shows "only one is taken" '<0><0>k\n' 'kern.emerg: <0>k\n'
shows "not quite one" '<13 >a\n<-1>b\n<>c\n<13' '<13 >a\n<-1>b\n<>c\n<13\n'
shows "newline and NUL end a line, the last is completed" 'a\000b\n\n\000c' 'a\nb\n\n\nc\n'
is "no input, no output" "$(ucspilogd </dev/null)" ""
label=@400000005868470400000000
shows "a stamp stays first" "$label <13>x\n" "$label user.notice: x\n"
shows "a stamp without blank is none" "$label<13>x\n" "$label<13>x\n"
shows "a stamp alone" "$label \n" "$label \n"
A=1 C='two words'
B='multi
line'
export A B C
shows "variables" '<13>x\n\n' '1: two words: user.notice: x\n1: two words: \n' A C
shows "after the stamp" "$label x\n" "$label 1: x\n" A
shows "an undefined one" 'x\n' '<undefined>: 1: x\n' NOSUCH A
shows "-D names it" 'x\n' '?: 1: x\n' -D '?' NOSUCH A
shows "-D with nothing" 'x\n' ': x\n' -D '' -- NOSUCH
shows "an empty name is undefined" 'x\n' '<undefined>: x\n' ''
shows "a value of two lines" 'x\n' 'multi\nline: x\n' B

head -c 300000 /dev/zero | tr '\0' x >long
is "a long line is one line" "$({ printf '<13>'; cat long; } | ucspilogd A | cksum)" \
	"$({ printf '1: user.notice: '; cat long; echo; } | cksum)"

run ucspilogd -z
is "unknown option: exit 100" "$rc" 100
is "unknown option: usage" "$err" "ucspilogd: usage: ucspilogd [ -D default ] [ var... ]"
run ucspilogd -D
is "missing argument: exit 100" "$rc" 100
run sh -c 'ucspilogd <.'
is "unreadable input: exit 111" "$rc" 111
is "unreadable input: message" "$err" \
	"ucspilogd: fatal: unable to read from stdin: Is a directory"
run sh -c 'echo x | ucspilogd >/dev/full'
is "full output: exit 111" "$rc" 111
is "full output: message" "$err" \
	"ucspilogd: fatal: unable to write to stdout: No space left on device"
done_testing
