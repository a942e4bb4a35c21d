#!/bin/sh
# doc/migrating-from-s6-overlay.md: every command in it is run.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide migrating-from-s6-overlay
inline migrating-from-s6-overlay
is 'no line of it waits for a script' "$(cat migrating-from-s6-overlay.lines)" ''
done_testing
