#!/bin/sh
# Programs run each other by the path fixed at configure time: never through
# PATH, so what is tested here is this tree's own, whatever else is installed.
. "${0%/*}/../lib.sh"

mkdir decoys
for p in s6-supervise s6-setlock s6-svlisten1 s6-ftrig-listen1; do
	printf '#!/bin/sh\ntouch %s/decoyed\nexit 1\n' "$PWD" >"decoys/$p"
	chmod +x "decoys/$p"
done
mkdir services
cd services || exit 111
service web
service locked
echo 1 >locked/lock-fd
cd .. || exit 111

# exe PID: the file that it runs
exe() {
	readlink "/proc/$1/exe"
}

own() {
	[ "$(exe "$1")" = "$(readlink -f "$bin/$2")" ]
}

PATH=$PWD/decoys:$PATH
"$bin/s6-svscan" services &
scanner=$!
started=$scanner
ok 'web comes up' wait_until is_state services/web up true
ok 'a service that holds a lock comes up' wait_until is_state services/locked up true
ok 'the scanner is our own' own "$scanner" s6-svscan
web=$("$bin/s6-svstat" -o pid services/web)
supervisor=$(sed 's/.*) . \([0-9]*\).*/\1/' "/proc/$web/stat")
ok 'the supervisor is our own' own "$supervisor" s6-supervise
ok 'a wait with a command' "$bin/s6-svc" -wr -T 10000 -r services/web
notok 'no decoy was run' test -e decoyed
done_testing
