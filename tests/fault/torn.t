#!/bin/sh
# a status is read whole beside a writer, however the reader is held up: on tmpfs
# and on ext4. LONG=1: a million times each.
. "${0%/*}/../lib.sh"
torn=${SEXTET_TREE:-$top/build/check}/tests/unit/torn

mkdir -p tmpfs ext4 2>/dev/null
mount -t tmpfs none tmpfs 2>/dev/null || skip_all 'no mounts here'
dirs=$PWD/tmpfs
if ext4 ext4; then
	dirs="$dirs $PWD/ext4"
else
	skip "ext4" "none can be mounted here"
fi
for d in $dirs; do
	run "$torn" "$([ -n "${LONG-}" ] && echo 1000000 || echo 50000)" "$d"
	diag "$out"
	is "${d##*/}: no reading was torn" "$rc" 0
	diag "figure: status readings, ${d##*/}: $(printf '%s\n' "$out" |
		sed -n 's/.* \([0-9]*\) readings, \([0-9]*\) torn, \([0-9]*\) failed/\1 \2 \3/p' |
		awk '{ print $1 - $2 - $3 "/" $1 }')"
done
done_testing
