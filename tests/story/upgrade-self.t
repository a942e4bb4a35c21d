#!/bin/sh
# All that upgrade.t does, with programs that become themselves: what is installed,
# and in the coverage build is counted.
self=1
. "${0%/*}/upgrade.t"
