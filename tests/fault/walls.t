#!/bin/sh
# Few descriptors, 1 to 39 of them, for half a second: who cannot work refuses to start,
# and who has started does what it can, and the rest as soon as it can.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/sweep.sh"

[ -n "$LONG" ] || every 4
sweep 's6-svscan, descriptors: none to 39 of them' 20 sweep-svscan x wall=nofile
sweep 's6-supervise, descriptors: none to 39 of them' 20 sweep-supervise x wall=nofile
done_testing
