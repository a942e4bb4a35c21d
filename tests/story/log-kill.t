#!/bin/sh
# The short form of fault/log-kill.t.
SHORT=1
export SHORT
exec sh "${0%/*}/../fault/log-kill.t"
