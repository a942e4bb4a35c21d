#!/bin/sh
# the story of supervise-leftovers.t where no control group can be made
if ! unshare -m mount -t tmpfs none /sys/fs/cgroup 2>/dev/null; then
	echo '1..0 # SKIP no mount namespaces here'
	exit 0
fi
exec unshare -m sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"' sh \
	"${0%/*}/supervise-leftovers.t"
