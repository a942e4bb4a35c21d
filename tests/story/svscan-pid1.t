#!/bin/sh
# s6-svscan as process 1 of a PID namespace: it reaps what it never started, and
# ends the namespace with the exit code of finish.
. "${0%/*}/../lib.sh"

unshare --pid --fork --mount-proc true 2>/dev/null || skip_all "no PID namespaces here"

mkdir -p sd/.s6-svscan
# 300 orphans of double forks, 50 at a time, some of which live on for a moment
# shellcheck disable=SC2016
service sd/forks 'for i in 1 2 3 4 5 6; do
	for j in 0 1 2 3 4 5 6 7 8 9; do
		for k in 1 2 3 4 5; do (sleep 0.0$j & ) & done
	done
	wait
done
ps -A -o pid= -o ppid= -o stat= -o comm= >ps.new; mv ps.new ps.before
exec sleep 1000'
# after all have died: nobody but the tree, no zombie
# shellcheck disable=SC2016
service sd/looks 'until [ -e ../forks/ps.before ]; do sleep 0.02; done
for try in $(seq 400); do
	ps -A -o stat= -o comm= >ps.new
	grep -Eq "^Z|sleep 0" ps.new || [ "$(ps -A -o comm= | grep -c "^sleep$")" -gt 2 ] || break
	sleep 0.02
done
mv ps.new ps.after; s6-svscanctl -t ..
exec sleep 1000'
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "finish is $$"\nexit 33\n' >sd/.s6-svscan/finish
chmod +x sd/.s6-svscan/finish
run timeout 60 unshare --pid --fork --mount-proc s6-svscan sd
is "the exit code is finish's" "$rc" 33
is "finish is process 1" "$out" "finish is 1"
is "orphans became children of process 1: no zombie is left" "$(grep -c '^Z' sd/looks/ps.after)" 0
like "its services were there" "$(cat sd/looks/ps.after)" 'sleep$'
is "says nothing" "$err" ''

# signals that process 1 gets from inside
rm -r sd
service sd/a 'touch up; exec sleep 1000'
service sd/b 'until [ -e ../a/up ]; do sleep 0.02; done; kill -TERM 1; exec sleep 1000'
run timeout 60 unshare --pid --fork --mount-proc s6-svscan sd
is "SIGTERM from inside: exit 0" "$rc" 0

# a container's own command ends it
rm -r sd
service sd/main 'exit 7'
: >sd/main/ends-container
run timeout 60 unshare --pid --fork --mount-proc s6-svscan sd
is "ends-container: the namespace's exit code" "$rc" 7

done_testing
