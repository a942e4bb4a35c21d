#!/bin/sh
# Loggers that are killed at random moments, SEED=NUMBER for a certain run of them.
. "${0%/*}/../lib.sh"
. "$top/tests/fault/log-kill.sh"

storm 'plain' 1000 6000 d -- s6-log n99999 s100000 ./d
storm 'plain, with -b' 1000 6000 d -- s6-log -b n99999 s100000 ./d
storm 'durable' 1000 8000 d1 d2 -- s6-log --durable n99999 s30000 ./d1 t s50000 '?cat' ./d2
storm 'two, processor' 500 6000 d1 d2 -- s6-log n99999 s20000 ./d1 t s50000 '?cat' ./d2
storm 'stamped' 500 6000 d -- s6-log -b n99999 s4096 l0 T ./d
storm 'durable, small files' 500 8000 d -- s6-log --durable n99999 s4096 l0 T ./d
storm 'slow' 100 100000 d -- s6-log -b n99999 s4096 l0 t T '?cat' ./d
storm 'durable, slow' 100 100000 d -- s6-log --durable n99999 s8192 l0 t T '?cat' ./d

done_testing
