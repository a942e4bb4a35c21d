#!/bin/sh
# The guides for those who come from elsewhere: their blocks of commands, and those of the tables
# that look at services or tell them something.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide migrating-from-s6-overlay
guide migrating-from-supervisord
inline migrating-from-s6-overlay
inline migrating-from-supervisord
done_testing
