#!/bin/sh
# s6-mkfifodir: modes, groups, what exists already
. "${0%/*}/../lib.sh"

usage="s6-mkfifodir: usage: s6-mkfifodir [ -f ] [ -g gid ] fifodir..."
mode() { stat -c '%a %g' -- "$1"; }
me=$(id -u) group=$(id -g)

usage_ok s6-mkfifodir
for args in '' -f '-g' '-g root x' '-g 12x x' '-g -1 x' '-z x'; do
	# shellcheck disable=SC2086
	run s6-mkfifodir $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done

umask 077
run s6-mkfifodir public
is "public: silent" "$rc:$out$err" 0:
is "public: 1733 whatever the umask" "$(mode public)" "1733 $group"
run s6-mkfifodir -g "$group" group
is "-g: 3730 and that group" "$rc:$(mode group)" "0:3730 $group"
run s6-mkfifodir -g"$group" one two
is "several at once" "$rc:$(mode one):$(mode two)" "0:3730 $group:3730 $group"
run s6-mkfifodir -g 4294967295 nogroup
is "-g 4294967295 is no group: public" "$rc:$(mode nogroup)" "0:1733 $group"

mkdir old
run s6-mkfifodir -g "$group" old
is "existing: left as it is" "$rc:$(mode old)" "0:700 $group"
run s6-mkfifodir -f old
is "-f: made public" "$rc:$(mode old)" "0:1733 $group"
run s6-mkfifodir -fg "$group" old
is "-f -g: made the group's" "$rc:$(mode old)" "0:3730 $group"
ln -s old link
run s6-mkfifodir -f link
is "a link to a directory is followed" "$rc:$(mode old)" "0:1733 $group"

: >file
ln -s nowhere dangling
fails() {	# NAME REASON
	run s6-mkfifodir -- "$1"
	is "'$1': exit 111, $2" "$rc:$err" "111:s6-mkfifodir: fatal: unable to create fifodir at $1: $2"
}
fails file 'Not a directory'
fails dangling 'No such file or directory'
fails no/such 'No such file or directory'
fails '' 'No such file or directory'
fails file/x 'Not a directory'
if [ "$me" = 0 ]; then
	mkdir theirs
	chown 65534 theirs
	fails theirs 'Permission denied'
	run s6-mkfifodir -f theirs
	is "-f: neither" "$rc:$(mode theirs)" "111:700 $group"
	run s6-mkfifodir -g 12 any
	is "any group, as root" "$rc:$(mode any)" "0:3730 12"
else
	skip "somebody else's directory" "needs root"
	fails /root/x 'Permission denied'
fi
long=$(printf '%0250d' 0)
for name in "$long" 'a b
c' --help -f; do
	run s6-mkfifodir -- "$name"
	is "name '$name'" "$rc:$(mode "$name")" "0:1733 $group"
done
fails "${long}000000" 'File name too long'
done_testing
