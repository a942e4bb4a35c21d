#!/bin/sh
# Killed loggers: some of what fault/log-kill.t, -durable.t and -storm.t do.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/log-kill.sh"

short=1
sweep processor d -- s6-log n9999 s4096 l0 '?cat' ./d
storm plain 30 6000 d -- s6-log n99999 s100000 ./d
storm durable 40 8000 d1 d2 -- s6-log --durable n99999 s30000 ./d1 t s50000 '?cat' ./d2
begun=40
prepare() { leave previous 744 0; leave current 644 20; }
sweep 'recovery' d -- s6-log n9999 s4096 l0 ./d

done_testing
