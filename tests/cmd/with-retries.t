#!/bin/sh
# with-retries: until it succeeds, a few times
# shellcheck disable=SC2016,SC2086
. "${0%/*}/../lib.sh"

usage_ok with-retries
for args in '' '-n 3' '-n' '-n x true' '-n 0 true' '-t -1 true' '-z true'; do
	run with-retries $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" \
		'with-retries: usage: with-retries [ -n tries ] [ -t milliseconds ] prog...'
done

# succeeds at the try whose number is $1
cat >try <<'END'
#!/bin/sh
echo try >>tries
[ "$(wc -l <tries)" -ge "$1" ]
END
chmod +x try
tries() {
	: >tries
	run with-retries "$@"
	is "$*: exit $want" "$rc" "$want"
	is "$*: $times tries" "$(wc -l <tries)" "$times"
}
want=0 times=1
tries -t 0 ./try 1
times=3
tries -t 0 ./try 3
want=1
tries -t 0 ./try 4
times=5
tries -t 0 -n 5 ./try 9
want=0 times=4
tries -t 0 -n 5 ./try 4

# one that takes too long is killed, with all that it started
cat >slow <<'END'
#!/bin/sh
echo $$ >>pids
sleep 1000 &
echo $! >>pids
wait
END
chmod +x slow
run with-retries -n 2 -t 200 ./slow
is "too slow: exit 1" "$rc" 1
is "too slow: two tries" "$(wc -l <pids)" 4
# a zombie whose parent was killed is somebody else's to reap
gone() {
	while read -r pid; do
		case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) return 1 ;; esac
	done <"$1"
}
ok "nothing of them is left" wait_until gone pids

run with-retries ./no-such
is "no such program: exit 127, at once" "$rc" 127
is "no such program: message" "$err" \
	'with-retries: fatal: unable to spawn ./no-such: No such file or directory'
: >plain
run with-retries ./plain
is "not executable: exit 126" "$rc" 126
run with-retries sh -c 'kill -9 $$'
is "killed by a signal is a failure" "$rc" 1

# a signal that ends it is passed on
cat >patient <<'END'
#!/bin/sh
trap 'echo told >told; exit 0' TERM
echo $$ >pid
while :; do sleep 1000 & wait $!; done
END
chmod +x patient
with-retries -t 0 ./patient &
outer=$!
wait_until [ -s pid ]
kill -TERM $outer
rc=0
wait $outer || rc=$?
is "it dies of TERM" "$rc" 143
ok "after its program, which was told" [ -s told ]
cp pid last
ok "nothing is left" gone last
done_testing
