#!/bin/sh
# s6-svperms: rights shown and set
. "${0%/*}/../lib.sh"

usage_ok s6-svperms
usage="s6-svperms: usage: s6-svperms [ -v ] [ -u | -g group | -G group | -o | -O group ] [ -e | -E group ] servicedir..."
for args in '' -v -g '-g :x s' '-g : s' '-z s' '-u'; do
	# shellcheck disable=SC2086
	run s6-svperms $args
	is "usage: '$args'" "$rc:$err" "100:$usage"
done

# what s6-supervise makes
make() {
	mkdir "./$1" "./$1/supervise"
	chmod 700 "./$1/supervise"
	mkfifo -m 600 "./$1/supervise/control"
	s6-mkfifodir -g "$(id -g)" "./$1/event"
}
modes() { stat -c '%a:%g' s/supervise s/supervise/control s/event | paste -sd' '; }
mine=$(id -g) name=$(id -gn)
make s

run s6-svperms s
is "shown" "$rc:$out:$err" "0:s status: owner
s control: owner
s events: group $name:"
run s6-svperms -v s
is "-v alone: shown as well" "$rc:$out" "0:s status: owner
s control: owner
s events: group $name"

if [ "$(id -u)" = 0 ]; then other=12 third=34; else other=$mine third=$mine; fi
sets() {	# OPTIONS MODES
	# shellcheck disable=SC2086
	run s6-svperms $1 s
	is "$1: set, silently" "$rc$out$err:$(modes)" "0:$2"
}
sets "-g :$other" "710:$other 600:$mine 3730:$mine"
sets "-G :$other" "710:$other 620:$other 3730:$mine"
sets -o "711:$mine 600:$mine 3730:$mine"
sets "-O :$other" "711:$mine 620:$other 3730:$mine"
sets -e "711:$mine 620:$other 1733:$mine"
sets "-E :$other" "711:$mine 620:$other 3730:$other"
sets -u "700:$mine 600:$mine 3730:$other"
sets -eo "711:$mine 600:$mine 1733:$mine"
sets "-uG :$other -E :$third" "710:$other 620:$other 3730:$third"
sets "-G :$other -u" "700:$mine 600:$mine 3730:$third"
sets "-g $name" "710:$mine 600:$mine 3730:$third"
run s6-svperms -vO "$name" -e s
is "-v: set and shown" "$rc:$out" "0:s status: public
s control: group $name
s events: public"
run s6-svperms -g nosuchgroup s
is "unknown group" "$rc:$err" "100:s6-svperms: fatal: unable to find entry for nosuchgroup in group database"
run s6-svperms -E 0 s
is "a number needs its colon" "$rc" 100

run s6-svperms -G :4242 -E :4243 s
if [ "$(id -u)" = 0 ]; then
	run s6-svperms s
	is "a group without a name" "$out" "s status: group 4242
s control: group 4242
s events: group 4243"
else
	is "somebody else's group" "$rc" 111
fi

make t
chmod 755 s/supervise
chmod 666 s/supervise/control
chmod 00777 s/event
run s6-svperms s t
is "odd modes: warnings, exit 1, the others shown" "$rc:$out:$err" "1:t status: owner
t control: owner
t events: group $name:s6-svperms: warning: s/supervise has incorrect permissions: 755
s6-svperms: warning: s/supervise/control has incorrect permissions: 666
s6-svperms: warning: s/event has incorrect permissions: 777"
rm s/supervise/control
run s6-svperms s
like "no control: the rest is told" "$rc:$err" "unable to stat s/supervise/control: No such file or directory"
run s6-svperms -ue s
is "to set: an error" "$rc:$err" "111:s6-svperms: fatal: unable to open s/supervise/control: No such file or directory"
is "and nothing is changed" "$(stat -c %a s/supervise s/event | paste -sd' ')" '755 777'
: >victim
chmod 600 victim
ln -s ../../victim s/supervise/control
run s6-svperms -G ":$mine" s
is "a link instead of the FIFO is not followed" "$rc:$(stat -c %a victim)" 111:600
rm s/supervise/control
ln victim s/supervise/control
run s6-svperms -G ":$mine" s
is "nor is another file taken for it" "$rc:$(stat -c %a victim):$err" \
	"111:600:s6-svperms: fatal: unable to open s/supervise/control: Invalid argument"

mkdir empty
for dir in nowhere empty; do
	run s6-svperms "$dir"
	is "$dir: warnings, exit 1" "$rc:$(printf '%s\n' "$err" | head -n 1)" \
		"1:s6-svperms: warning: unable to stat $dir/supervise: No such file or directory"
	run s6-svperms -e "$dir" t
	is "$dir: to set" "$rc:$err" "111:s6-svperms: fatal: unable to open $dir/event: No such file or directory"
done
long=$(printf '%0250d' 0)
for dir in "$long" 'a b
c' -u; do
	make "$dir"
	run s6-svperms -ov -- "$dir"
	is "name '$dir'" "$rc:$out:$err" "0:$dir status: public
$dir control: owner
$dir events: group $name:"
done
done_testing
