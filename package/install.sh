#!/bin/sh
# install.sh MODE FROM TO - copy FROM to TO atomically; MODE "link": make TO a
# symbolic link to FROM. A reader sees the old or the new, never half a file.
set -eu
umask 022
mode=$1 from=$2 to=$3
mkdir -p "$(dirname "$to")"
new=$(dirname "$to")/.$(basename "$to").$$
trap 'rm -f "$new"' EXIT
if [ "$mode" = link ]; then
	ln -s "$from" "$new"
else
	cp -f "$from" "$new"
	chmod "$mode" "$new"
fi
mv -f "$new" "$to"
