#!/bin/sh
# The guides for those who come from elsewhere: every command in them is run.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide migrating-from-s6-overlay
guide migrating-from-supervisord
inline migrating-from-s6-overlay
inline migrating-from-supervisord
done_testing
