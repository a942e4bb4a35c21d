#!/bin/sh
# logutil-service: s6-log as nobody, with the container's script
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"

usage_ok logutil-service
for args in '' './a ./b' '-f' '-z ./a'; do
	run logutil-service $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" 'logutil-service: usage: logutil-service [ -f fifo ] dir'
done
run logutil-service name
is "no directory for s6-log: exit 100" "$rc" 100
like "no directory for s6-log: message" "$err" 'fatal: name is no directory for s6-log'

S6_STATEDIR=$PWD/state
export S6_STATEDIR
env=$S6_STATEDIR/container_environment
mkdir -p "$env"

others=''
if [ "$(id -u)" = 0 ]; then
	if others_may_run; then others=1; fi
else
	others=1
fi
if [ -z "$others" ]; then
	skip "logging" "root, but the programs are not for others"
	done_testing
fi
chmod 755 "$TMPDIR" .

printf 'one\ntwo\n' | logutil-service "$PWD/log1" 2>err
ok "a log directory is made" [ -s log1/current ]
like "with stamps" "$(cat log1/current)" '^[0-9]{4}-[0-9][0-9]-[0-9][0-9] [0-9:.]+  one$'
is "all lines" "$(wc -l <log1/current)" 2
if [ "$(id -u)" = 0 ]; then
	is "it is nobody's" "$(stat -c %U log1/current)" nobody
	is "nothing is said" "$(cat err)" ''
	mkdir closed
	echo x | logutil-service "$PWD/closed" >/dev/null 2>err &
	wait $!
	rc=$?
	is "one that nobody may write to: exit 111" "$rc" 111
	like "one that nobody may write to: message" "$(cat err)" 's6-log: fatal: unable to .*closed.*: Permission denied'
else
	is "who is not root is told" "$(cat err)" \
		'logutil-service: info: not root: cannot become nobody, the log is written by this user'
fi

echo '  t n5	s200000 ' >"$env/S6_LOGGING_SCRIPT"
echo three | logutil-service "$PWD/log2" 2>/dev/null
like "the container's script" "$(cat log2/current)" '^@[0-9a-f]{24} three$'
echo ' ' >"$env/S6_LOGGING_SCRIPT"
echo four | logutil-service ./log3 2>/dev/null
like "a blank one is none; ./DIR" "$(cat log3/current)" '^[0-9-]{10} [0-9:.]+  four$'
rm "$env/S6_LOGGING_SCRIPT"

# what its process looks like
with_tail() {
	mkfifo in
	(cd "$1" && exec logutil-service "$2") <in 2>/dev/null &
	logger=$!
	started="$started $logger"
	exec 9>in
	rm in
	wait_until sh -c 'tr "\0" " " <"/proc/$1/cmdline" | grep -q "s6-log "' sh "$logger"
}
mkdir -p service/log
with_tail service/log "$PWD/log4"
is "in log/ it ends with its input only" "$(tr '\0' ' ' </proc/$logger/cmdline)" \
	"$bin/s6-log -bp -- n20 s1000000 T $PWD/log4 "
is "its environment is empty" "$(wc -c </proc/$logger/environ)" 0
exec 9>&-
ok "it does" wait $logger
with_tail service "$PWD/log5"
like "elsewhere it obeys TERM" "$(tr '\0' ' ' </proc/$logger/cmdline)" 's6-log -b -- '
kill -TERM $logger
exec 9>&-
wait $logger

# a FIFO that never ends
logutil-newfifo -m 666 fifo
logutil-service -f fifo "$PWD/log6" 2>/dev/null &
logger=$!
started="$started $logger"
echo first >fifo
echo second >fifo
ok "-f: lines of several writers" wait_until grep -q second log6/current
like "-f: all of them" "$(cat log6/current)" 'first'
kill -TERM $logger
wait $logger
run logutil-service -f log1 "$PWD/log7"
is "-f of a directory: exit 111" "$rc" 111
: >file
run logutil-service -f file "$PWD/log7"
is "-f of a file" "$err" 'logutil-service: fatal: file is no FIFO'
run logutil-service -f none "$PWD/log7"
is "-f of nothing" "$err" 'logutil-service: fatal: unable to open none: No such file or directory'
done_testing
