#!/bin/sh
# doc/containers.md: every command in it is run.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide containers
inline containers
is 'no line of it waits for a script' "$(cat containers.lines)" ''
done_testing
