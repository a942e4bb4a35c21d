#!/bin/sh
# s6-cleanfifodir: dead listeners go, everything else stays
. "${0%/*}/../lib.sh"

usage_ok s6-cleanfifodir
run s6-cleanfifodir
is "usage" "$rc:$err" "100:s6-cleanfifodir: usage: s6-cleanfifodir fifodir..."

s6-mkfifodir d e
label=ftrig1:@400000006b023d3329de9eae
run s6-cleanfifodir d
is "empty: exit 0, silent" "$rc$out$err" 0
mkfifo "d/$label:aaaaaa" "d/$label:bbbbbb" "e/$label:cccccc" \
	"d/$label:short" "d/$label:tolong7" "d/.$label:hidden" "d/other:@400000006b023d3329de9eae:abcde" \
	d/ftrig1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
: >"d/$label:ffffff"
mkdir "d/$label:dddddd"
ln -s ../e "d/$label:llllll"
exec 8<>"d/$label:aaaaaa"
run s6-cleanfifodir d e
is "exit 0, silent" "$rc$out$err" 0
ok "a FIFO with a reader stays" test -p "d/$label:aaaaaa"
notok "one without is removed" test -e "d/$label:bbbbbb"
notok "in every directory" test -e "e/$label:cccccc"
notok "with any label of that length" test -e d/ftrig1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
ok "other names stay" test -p "d/$label:short" -a -p "d/$label:tolong7" -a -p "d/.$label:hidden" \
	-a -p "d/other:@400000006b023d3329de9eae:abcde"
ok "files, directories and links stay" test -f "d/$label:ffffff" -a -d "d/$label:dddddd" -a -L "d/$label:llllll"
exec 8>&-

: >file
for name in nowhere file ''; do
	run s6-cleanfifodir -- "$name" d
	like "'$name': exit 111, message" "$rc:$err" "^111:s6-cleanfifodir: fatal: unable to clean up fifodir at $name: No"
done
ok "which ends it" test -p "d/$label:aaaaaa"
long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' -f --help; do
	mkdir -- "$name"
	mkfifo -- "./$name/$label:aaaaaa"
	run s6-cleanfifodir -- "$name"
	is "name '$name'" "$rc:$(ls -A -- "$name")" 0:
done
done_testing
