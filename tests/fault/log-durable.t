#!/bin/sh
# As log-kill.t, with --durable: nothing at all is lost.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/log-kill.sh"

sweep 'durable' d -- s6-log --durable n9999 s4096 l0 '?cat' ./d
sweep 'durable, two directories' d1 d2 -- s6-log --durable n9999 s4096 l0 ./d1 t '?cat' ./d2
for first in 60 100 140 151 180; do
	sweep "durable, after a kill at $first" d1 d2 -- s6-log --durable n9999 s4096 l0 ./d1 t ./d2
done
first=120
sweep "durable, selections and stamps, after a kill at $first" d -- \
	s6-log --durable n9999 s4096 l0 - '+[0-3]:' t ./d f T ./d

done_testing
