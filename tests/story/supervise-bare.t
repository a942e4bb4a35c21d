#!/bin/sh
# adoption where the system offers less: no pidfds, no /proc, neither
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

"$tool/deny" 1 pidfd_open true || skip_all "no system call filters here"
no_pidfd="$tool/deny 1 pidfd_open"
cat >no_proc <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"
END
chmod +x no_proc
# play NAME PREFIX: the same story each time
# shellcheck disable=SC2086
play() {
	service "$1" 'until [ -e go ]; do sleep 0.02; done
		exit 7'
	printf '%s\n' '#!/bin/sh' 'echo "$1 $2 $4" >>args; rm -f go' >"$1/finish"
	chmod +x "$1/finish"
	echo 0 >"$1/restart-delay"
	hear "$1"
	begin "$1" $2
	wait_until heard "$1" su
	pid=$(state "$1" pid)
	murder "$1"
	begin "$1" $2
	is "$1: adopted" "$(state "$1" up,pid)" "true $pid"
	tell "$1" p
	ok "$1: signals reach it" wait_until sh -c "[ \$(ps -o stat= -p $pid | cut -c 1) = T ]"
	tell "$1" c
	touch "$1/go"
	wait_until heard "$1" susdD
	like "$1: its end is noticed" "$(head -n 1 "$1/args")" "^($3) 0 $pid\$"
	wait_until is_state "$1" up true
	pid=$(state "$1" pid)
	murder "$1"
	begin "$1" $2
	is "$1: adopted" "$(state "$1" up,pid)" "true $pid"
	tell "$1" xd
	wait "$sup"
	is "$1: stopped, and the supervisor leaves" $? 0
	ok "$1: nothing is left" wait_until gone "$pid"
	# dead in the gap, and the pid is another's now
	begin "$1" $2
	wait_until is_state "$1" up true
	pid=$(state "$1" pid)
	murder "$1"
	kill -9 "$pid"
	wait_until gone "$pid"
	if [ "${4-}" ]; then
		"$tool/forge" "$1/supervise/child" pid=$$
	fi
	begin "$1" $2
	wait_until is_state "$1" up true
	notok "$1: the stranger with its pid is not adopted" [ "$(state "$1" pid)" = $$ ]
	pid=$(state "$1" pid)
	tell "$1" xd
	wait "$sup"
}

# without pidfds the code of one that was reaped by others is lost
play pidfdless "$no_pidfd" '7|255' strange
if ./no_proc true 2>/dev/null; then
	# pidfs numbers are from Linux 6.9 on; before, any session leader is trusted
	play procless ./no_proc '7|255' "$(printf '%s\n6.9\n' "$(uname -r)" | sort -CrV && echo strange)"
	play neither "./no_proc $no_pidfd" '7|255'
	# what a killed supervisor of upstream's leaves: a status, and no record
	for p in '' "$no_pidfd"; do
		p="./no_proc $p"
		service upstream
		hear upstream
		begin upstream $p
		wait_until is_state upstream up true
		pid=$(state upstream pid)
		murder upstream
		rm upstream/supervise/child
		begin upstream $p
		is "upstream's, under $p: adopted" "$(state upstream up,pid)" "true $pid"
		murder upstream
		begin upstream
		is "then with /proc: still" "$(state upstream up,pid)" "true $pid"
		murder upstream
		kill -9 "$pid"
		wait_until gone "$pid"
		rm upstream/supervise/child
		begin upstream $p
		wait_until is_state upstream up true
		notok "dead in the gap: not adopted" [ "$(state upstream pid)" = "$pid" ]
		tell upstream xd
		wait "$sup"
		rm -rf upstream
	done
else
	skip "without /proc" "no mount namespaces here"
fi
done_testing
