#!/bin/sh
# logutil-newfifo: a FIFO with mode and owner, in place of what is there
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"

usage_ok logutil-newfifo
for args in '' 'a b' '-m 8 a' '-m 77777 a' '-m' '-o' '-o , a' '-z a'; do
	run logutil-newfifo $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" \
		'logutil-newfifo: usage: logutil-newfifo [ -m mode ] [ -o owner ] path'
done

what() {
	stat -c '%F %a' "$1"
}
(umask 077 && logutil-newfifo f)
is "a FIFO, 0600" "$(what f)" 'fifo 600'
(umask 077 && logutil-newfifo -m 622 f)
is "again, with a mode, whatever the umask" "$(what f)" 'fifo 622'
rm f
echo file >f
run logutil-newfifo f
is "a file is replaced" "$rc $(what f)" '0 fifo 600'
rm f
echo precious >target
ln -s target f
run logutil-newfifo f
is "a link is replaced" "$(what f)" 'fifo 600'
is "what it led to is left alone" "$(cat target)" precious
mkfifo f.new
run logutil-newfifo f
is "what a killed one left is no hindrance" "$rc" 0
notok "and is gone" [ -e f.new ]
mkdir d
touch d/x
run logutil-newfifo d
is "a directory is not: exit 111" "$rc" 111
is "a directory is not: message" "$err" 'logutil-newfifo: fatal: unable to make d: Is a directory'
notok "nothing is left" [ -e d.new ]
run logutil-newfifo none/f
is "nowhere to make it" "$err" 'logutil-newfifo: fatal: unable to make none/f: No such file or directory'
run logutil-newfifo -o no-such-user f
is "no such user: exit 111" "$rc" 111
is "no such user: message" "$err" 'logutil-newfifo: fatal: no such user or group: no-such-user'
if [ "$(id -u)" = 0 ]; then
	run logutil-newfifo -o 12:34 f
	is "an owner by number" "$(stat -c %u:%g f)" 12:34
	run logutil-newfifo -o no-such-user,5:6 -m 0660 f
	is "one that stands for a name" "$(stat -c '%u:%g %a' f)" '5:6 660'
else
	skip "owners" "not root"
fi
done_testing
