#!/bin/sh
# s6-ftrig-listen: several event directories, all or one
. "${0%/*}/../lib.sh"

usage_ok s6-ftrig-listen
usage="s6-ftrig-listen: usage: s6-ftrig-listen [ -a | -o ] [ -t timeout ] { fifodir regexp fifodir regexp... } prog..."
misuse() {
	run s6-ftrig-listen "$@"
	is "usage: '$*'" "$rc:$err" "100:$usage"
}
misuse
misuse ''
misuse '' true
misuse ' d' '' true
misuse ' d' ' u' ''
misuse ' d' ' u' ' e' '' true
misuse ' d' ' u' true
misuse -t 10x ' d' ' u' '' true

s6-mkfifodir d e
listen() { run s6-ftrig-listen "$@"; }
listen ' d' ' u' '' s6-ftrig-notify d u
is "one pair: silent" "$rc:$out$err" 0:
listen ' d' ' u' ' e' ' v' '' sh -c 's6-ftrig-notify e v; s6-ftrig-notify d u; exit 3'
is "all, by default" "$rc" 0
listen -t 5000 -a ' d' ' u' ' e' ' v' '' sh -c 's6-ftrig-notify e v; s6-ftrig-notify d u'
is "-a" "$rc" 0
timeout='s6-ftrig-listen: fatal: unable to get expected event: Connection timed out'
listen -t 20 ' d' ' u' ' e' ' v' '' s6-ftrig-notify d uv
is "one of two is not all: timeout, 1" "$rc:$err" "1:$timeout"
listen -o ' d' ' u' ' e' ' v' '' s6-ftrig-notify e v
is "-o: one is enough" "$rc" 0
listen -o -a --timeout=20 ' d' ' u' ' e' ' v' '' s6-ftrig-notify e v
is "the last of -a and -o counts" "$rc" 1
listen --and --or ' d' ' u' ' e' ' v' '' s6-ftrig-notify e v
is "--and, --or" "$rc" 0
listen ' d' ' u.*U' ' d' ' U' '' sh -c 's6-ftrig-notify d U; s6-ftrig-notify d u; s6-ftrig-notify d U'
is "the same directory twice" "$rc" 0
listen d u '' s6-ftrig-notify d u
is "words without their blank, as typed by hand" "$rc" 0

listen ' d' ' u' ' nowhere' ' v' '' touch ran
is "no fifodir" "$rc:$err" \
	"111:s6-ftrig-listen: fatal: unable to subscribe to nowhere with regexp v: No such file or directory"
listen ' d' ' u' ' e' ' (' '' touch ran
is "a bad expression" "$rc:$err" \
	"111:s6-ftrig-listen: fatal: unable to subscribe to e with regexp (: Invalid argument"
notok "then the program is not run" test -e ran
listen ' d' ' u' '' nonesuch
is "no such program" "$rc:$err" "111:s6-ftrig-listen: fatal: unable to spawn nonesuch: No such file or directory"
is "no FIFO is left" "$(ls -A d e)" 'd:

e:'
if command -v execlineb >/dev/null; then
	s6-mkfifodir 'with blank'
	run execlineb -Pc 's6-ftrig-listen { d u "with blank" v } foreground { s6-ftrig-notify d u } s6-ftrig-notify "with blank" v'
	is "as a block of execline" "$rc:$out$err" 0:
else
	skip "as a block of execline" "no execlineb"
fi
done_testing
