#!/bin/sh
# A logger that is killed at every one of its system calls.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/log-kill.sh"

sweep processor d -- s6-log n9999 s4096 l0 '?cat' ./d
sweep plain d -- s6-log n9999 s4096 l0 ./d
sweep stamped d -- s6-log n9999 s4096 l0 t T ./d
sweep 'two directories' d1 d2 -- s6-log n9999 s4096 l0 ./d1 t '?cat' ./d2
sweep 'early rotation' d -- s6-log n9999 s4096 l2000 ./d

# killed while it makes good what an earlier death left
begun=40
prepare() { leave previous 744 0; leave current 644 20; leave state 644 0; leave processed 644 0; }
sweep 'recovery of previous and current' d -- s6-log n9999 s4096 l0 ./d
prepare() { leave previous 744 0; leave current 644 20; leave processed 744 0; }
sweep 'recovery of processed and current' d -- s6-log n9999 s4096 l0 '?cat' ./d
prepare() { leave previous 644 0; leave current 744 20; }
sweep 'stray previous' d -- s6-log n9999 s4096 l0 ./d
prepare() { leave previous 744 0; leave current 644 20; ln d/previous d/@400000006b0000000000000a.s; }
sweep 'linked before' d -- s6-log n9999 s4096 l0 ./d

done_testing
