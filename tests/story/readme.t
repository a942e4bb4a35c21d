#!/bin/sh
# The tour of README.md, line by line, is what a newcomer types first.
. "${0%/*}/../lib.sh"
sed -n '/^## A tour/,/^## /p' "$top/README.md" | sed -n '/^```sh/,/^```$/p' | grep -v '^```' >tour
ok 'there is a tour of about ten lines' test "$(wc -l <tour)" -ge 8

trap 's6-svscanctl -t services 2>/dev/null' EXIT
while IFS= read -r line <&9; do
	case $line in
	's6-svscan '*)
		eval "$line"
		started="$started $!"
		ok "$line" wait_until s6-svok services/web
		ok 'the service comes up' s6-svwait -u -t 10000 services/web
		;;
	*s6-svstat\ s*)
		eval "$line" >out 2>&1
		is "$line" $? 0
		like 'as the README says' "$(cat out)" '^up \(pid [0-9]+ pgid [0-9]+\) [0-9]+ seconds$'
		;;
	kill*)
		pid=$(s6-svstat -o pid services/web)
		eval "$line"
		back() { new=$(s6-svstat -o pid services/web) && [ "$new" != "$pid" ] && [ "$new" != -1 ]; }
		ok "$line" wait_until back
		;;
	*)
		eval "$line"
		is "$line" $? 0
		;;
	esac
done 9<tour
gone() { ! s6-svscanctl services; }
ok 'the tree has ended' wait_until gone
is 'no supervisor is left' "$(s6-svok services/web; echo $?)" 1
done_testing
