#!/bin/sh
# A service and its logger keep their pipe whatever is killed: no numbered line
# is lost or comes twice.
. "${0%/*}/../lib.sh"

supervisor() {
	pgrep -P "$scanner" -f "^s6-supervise $1\$"
}
is_new() {
	new=$(supervisor "$1") && [ "$new" != "$2" ]
}
has_lines() {
	[ "$(wc -l <sd/web/log/out)" -ge "$1" ]
}

mkdir sd
mkfifo feed
exec 8<>feed
service sd/web 'exec cat <>../../feed'
service sd/web/log 'exec cat >>out'
: >sd/web/log/out
scan sd
wait_until is_up sd/web
wait_until is_up sd/web/log

n=0
# say COUNT: that many lines go in
say() {
	i=$n
	n=$((n + $1))
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		echo "line $i"
	done >&8
}
# slay PID...: one that dies while it reads takes along what it has read, so
# nothing is said until it is gone
arrived() {
	ok "$1: all lines arrive" wait_until has_lines "$n"
}

say 10
arrived "undisturbed"

was=$(pid sd/web/log)
slay "$was"
say 500
arrived "logger killed"
ok "logger killed: restarted" wait_until is_other sd/web/log "$was"

was=$(pid sd/web)
slay "$was"
say 500
arrived "service killed"

was=$(supervisor web/log)
slay "$was"
say 500
arrived "logger's supervisor killed"
ok "logger's supervisor killed: another one" wait_until is_new web/log "$was"

was=$(supervisor web)
slay "$was"
say 500
arrived "service's supervisor killed"
ok "service's supervisor killed: another one" wait_until is_new web "$was"
wait_until s6-svok sd/web

was=$(pid sd/web)
s6-svc -r sd/web
wait_until is_other sd/web "$was"
say 10
arrived "service restarted under the new supervisor"

was=$(pid sd/web/log) s=$(supervisor web/log)
slay "$s" "$was"
say 500
arrived "logger and its supervisor killed"

was=$(pid sd/web) s=$(supervisor web)
slay "$s" "$was"
say 500
arrived "service and its supervisor killed"

s=$(supervisor web) l=$(supervisor web/log) w=$(pid sd/web)
# shellcheck disable=SC2046
slay "$s" "$l" "$w" $(pid sd/web/log)
say 500
arrived "all four killed"

say 100
s6-svscanctl -t sd
wait "$scanner"
is "stopped" $? 0
sed 's/line //' sd/web/log/out >numbers
# what cat had not yet read when it was stopped stays in the feed
seq "$(wc -l <numbers)" >want
ok "no line lost, none twice, none out of order" cmp numbers want
ok "at least all but the last hundred" [ "$(wc -l <numbers)" -ge $((n - 100)) ]
exec 8>&-

done_testing
