#!/bin/sh
# The death of an adopted service is an event, and not looked for from time to time;
# and deaths before and after an adoption are counted together.
. "${0%/*}/../lib.sh"
tool=${SEXTET_TREE:-$top/build/check}/tests/tool

deaths() { od -An -v -tu1 -w14 "$1/supervise/death_tally" | wc -l; }
quick() { "$tool/forge" "$1/supervise/child" | sed -n 's/^quick=//p'; }
# prepared NAME: a service that is up and has lost its supervisor
prepared() {
	hear "$1"
	begin "$1"
	wait_until heard "$1" su
	murder "$1"
}

# The first sleep of the successor ends with the death, and has no other end; without
# pidfds it ends in time.
# awaited NAME CONDITION [PREFIX...]: how that sleep ended, the death being CONDITION's
awaited() {
	name=$1 condition=$2
	shift 2
	service "$name" 'exec sleep 1000'
	echo 0 >"$name/restart-delay"
	prepared "$name"
	begin "$name" strace -qq -o "$name.calls" -e trace=ppoll "$@"
	wait_until "$condition" "$name"
	slay "$(pid "$name")"
	ok "$name: the death is noticed" wait_until heard "$name" susdDu
	tell "$name" xd
	wait "$sup"
	slept=$(head -n 1 "$name.calls")
}
looked() { grep -q Timeout "$1.calls"; }
if strace -o /dev/null true 2>/dev/null; then
	awaited event is_up
	like "it ends the sleep that nothing else would have ended" "$slept" \
		'^ppoll\(.*, NULL, .* = 1 \(\[\{fd=[0-9]+, revents=POLLIN(\|POLLHUP)?\}\]\)$'
	if "$tool/deny" 1 pidfd_open true; then
		awaited polled looked "$tool/deny" 1 pidfd_open
		like "without pidfds it is looked for" "$slept" '^ppoll\(.* = 0 \(Timeout\)$'
	else
		skip "without pidfds" "no system call filters here"
	fi
else
	skip "what it sleeps for" "no strace here"
fi

service limit 'exec sleep 1000'
echo 0 >limit/restart-delay
echo 3/1000 >limit/restart-limit
hear limit
begin limit
wait_until heard limit su
slay "$(pid limit)"
wait_until heard limit sudDu
murder limit
begin limit
slay "$(pid limit)"
ok "two deaths, an adoption between them" wait_until heard limit sudDusdDu
murder limit
begin limit
slay "$(pid limit)"
ok "the third one, after one more, reaches the limit" wait_until heard limit sudDusdDusdOD
is "it is not wanted up any more" "$(state limit wantedup)" false
is "all three are in the tally" "$(deaths limit)" 3

# a delay that has grown goes on to grow
service paced 'exec sleep 1000'
echo 60000 >paced/restart-delay
echo 600000 >paced/restart-delay-max
prepared paced
"$tool/forge" paced/supervise/child quick=2
begin paced
slay "$(pid paced)"
wait_until heard paced susdD
is "a third quick death after two before the adoption" "$(quick paced)" 3
murder paced
begin paced
is "and the next supervisor knows of three" "$(quick paced)" 3
for s in limit paced; do tell $s xd; done
done_testing
