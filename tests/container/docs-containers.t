#!/bin/sh
# doc/containers.md: its blocks of commands, and those of its text that look at services or
# tell them something.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide containers
inline containers
done_testing
