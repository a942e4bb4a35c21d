# box.sh - containers for tests/container; read after lib.sh.
#
# A container is a root directory with the overlay unpacked over it, run by podman and runc; where
# these cannot be had ($BOX is "namespace" then), by tests/container/enter in namespaces of its own.
#
#   new_root NAME [KIND]   makes ./NAME, a root for one container: busybox (default) or debian, and the
#                          overlay over it; skips the whole test where it cannot be had
#   script FILE LINE...    an executable file of these lines, directories made
#   box NAME ROOT [OPTION | VAR=VALUE]... [CMD...]
#                          starts container NAME; its output goes to ./NAME.out and ./NAME.err
#   container ROOT ...     likewise, and waits for its end: sets $rc, $out and $err
#   box_end NAME           waits for its end, which must come in a minute: sets $rc, $out and $err
#   box_stop NAME [SEC]    as "podman stop": TERM to process 1, KILL after SEC (10) seconds; then box_end
#   box_signal NAME SIG    to process 1
#   box_exec NAME CMD...   runs CMD in it: sets $rc, $out and $err
#   box_again NAME         starts it again after its end
#   box_pid NAME           prints process 1's pid out here
#   box_space NAME         prints the PID namespace of all of it; in_space SPACE: the processes in there
#   said_by NAME LINE      has it printed such a line (grep -x)? For wait_until
#
# OPTION: --user=UID --read-only --cap-drop=ALL --tmpfs=DIR --workdir=DIR --entry=PROGRAM (/init) --tty

[ "$WAIT" != 10 ] || WAIT=30	# a container's start takes seconds on a loaded machine
here=$PWD
boxes=''
archive=''
for tap_f in "$top"/build/sextet-overlay-*.tar.xz; do archive=$tap_f; done
[ -e "$archive" ] || skip_all 'no overlay archive was made (make overlay)'
[ "$(id -u)" = 0 ] || skip_all 'containers need root here'

# podman with its files in the test's own directory: nothing of the machine's is touched
pod() {
	CONTAINERS_CONF=$TMPDIR/containers.conf podman --root "$TMPDIR/s" --runroot "$TMPDIR/r" --tmpdir "$TMPDIR/p" \
		--storage-driver $storage --runtime runc "$@"
}

# its storage is kept in memory, with an overlay file system, where these can be mounted
storage=vfs
pod_storage() {
	mkdir -p "$TMPDIR/s" "$TMPDIR/try/a" "$TMPDIR/try/b"
	mount -t tmpfs storage "$TMPDIR/s" 2>/dev/null || return
	mkdir -p "$TMPDIR/s/try/upper" "$TMPDIR/s/try/work"
	if mount -t overlay -o "lowerdir=$TMPDIR/try/a,upperdir=$TMPDIR/s/try/upper,workdir=$TMPDIR/s/try/work" \
		try "$TMPDIR/try/b" 2>/dev/null; then
		umount "$TMPDIR/try/b"
		storage=overlay
	fi
	rm -rf "$TMPDIR/s/try"
}

box_choose() {
	cat >"$TMPDIR/containers.conf" <<-E
	[containers]
	default_ulimits = ["nofile=20000:20000","nproc=4096:4096"]
	netns = "none"
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "none"
	E
	pod_storage
	if [ -n "${BOX-}" ]; then return; fi
	BOX=namespace
	if command -v podman >/dev/null 2>&1 && command -v runc >/dev/null 2>&1; then
		mkdir -p "$TMPDIR/try" && cp "$(command -v busybox)" "$TMPDIR/try/true" 2>/dev/null &&
			if pod run --rm --rootfs "$TMPDIR/try" /true >"$TMPDIR/try.log" 2>&1; then BOX=podman; fi
	fi
	rm -rf "$TMPDIR/try"
	[ $BOX = podman ] || unshare --pid --fork --mount true 2>/dev/null || skip_all 'neither podman nor namespaces here'
}

new_root() {
	tap_from=$top/build/container/${2-busybox}
	[ -e "$tap_from.made" ] || skip_all "no ${2-busybox} root was made (tests/container/roots)"
	mkdir -p "./$1"
	if [ "${2-busybox}" = busybox ] || ! lay_over "$1"; then cp -a "$tap_from/." "./$1/"; fi
	xz -dc "$archive" | tar -xf - -C "./$1"
}

# a large root is not copied where an overlay file system can be mounted
lay_over() {
	mkdir -p "$TMPDIR/lay.$1" && mount -t tmpfs lay "$TMPDIR/lay.$1" 2>/dev/null || return 1
	mkdir "$TMPDIR/lay.$1/upper" "$TMPDIR/lay.$1/work"
	mount -t overlay -o "lowerdir=$tap_from,upperdir=$TMPDIR/lay.$1/upper,workdir=$TMPDIR/lay.$1/work" lay "./$1" 2>/dev/null
}

script() {
	mkdir -p "${1%/*}"
	tap_f=$1
	shift
	printf '%s\n' "$@" >"$tap_f"
	chmod 755 "$tap_f"
}

# box_words NAME ROOT [OPTION...] [CMD...]: writes the command line to $TMPDIR/NAME.run as shell words
quote() {
	printf %s "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/' /"
	[ -n "$1" ] || printf "'' "
}

box() {
	tap_boxed=$1 tap_root=$(cd "$2" && pwd)
	shift 2
	tap_entry=/init tap_opts='' tap_tty=no
	while [ $# -gt 0 ]; do
		case $1 in
		--entry=*) tap_entry=${1#*=} ;;
		--tty) tap_tty=yes; tap_opts="$tap_opts --tty --interactive" ;;
		--*) tap_opts="$tap_opts $(quote "$1")" ;;
		[A-Za-z_]*=*) tap_opts="$tap_opts $(quote "--env=$1")" ;;
		*) break ;;
		esac
		shift
	done
	tap_words=$(for tap_w in $tap_entry "$@"; do quote "$tap_w"; done)
	case $BOX in
	podman) echo "pod run --name $tap_boxed $tap_opts --rootfs $(quote "$tap_root") $tap_words" ;;
	*) echo "sh $top/tests/container/enter $TMPDIR/$tap_boxed.pid $tap_opts $(quote "$tap_root") $tap_words" ;;
	esac >"$TMPDIR/$tap_boxed.run"
	boxes="$boxes $tap_boxed"
	box_start "$tap_boxed"
}

box_start() {
	rm -f "$TMPDIR/$1.pid" "$here/$1.out" "$here/$1.err"
	if [ "$tap_tty" = yes ]; then
		return
	fi
	eval "$(cat "$TMPDIR/$1.run")" >"$here/$1.out" 2>"$here/$1.err" </dev/null &
	echo $! >"$TMPDIR/$1.job"
}

box_again() {
	case $BOX in
	podman)
		rm -f "$here/$1.out" "$here/$1.err"
		pod start --attach "$1" >"$here/$1.out" 2>"$here/$1.err" </dev/null &
		echo $! >"$TMPDIR/$1.job"
		;;
	*) box_start "$1" ;;
	esac
}

box_end() {
	tap_job=$(cat "$TMPDIR/$1.job")
	tap_ended() { ! kill -0 "$tap_job" 2>/dev/null; }
	if ! WAIT=${BOX_LIMIT-60} wait_until tap_ended; then
		diag "container $1 does not end: killed"
		diag "$(box_exec "$1" ps; echo "$out$err"; cat "$here/$1.out" "$here/$1.err")"
		box_signal "$1" KILL
	fi
	rc=0
	wait "$(cat "$TMPDIR/$1.job")" || rc=$?
	out=$(cat "$here/$1.out")
	err=$(cat "$here/$1.err")
}

container() {
	box "box$((${tap_box:=0} + 1))" "$@"
	tap_box=$((tap_box + 1))
	box_end "box$tap_box"
	box_remove "box$tap_box"
}

box_remove() {
	[ $BOX != podman ] || pod rm -f -t 0 "$1" >/dev/null 2>&1
}

box_pid() {
	case $BOX in
	podman) pod inspect -f '{{.State.Pid}}' "$1" ;;
	*) wait_until test -s "$TMPDIR/$1.pid" && cat "$TMPDIR/$1.pid" ;;
	esac
}

box_space() { readlink "/proc/$(box_pid "$1")/ns/pid"; }
in_space() {
	for tap_p in /proc/[0-9]*; do
		[ "$(readlink "$tap_p/ns/pid" 2>/dev/null)" != "$1" ] || tr '\0' ' ' <"$tap_p/cmdline"
	done
}

box_signal() {
	case $BOX in
	podman) pod kill -s "$2" "$1" >/dev/null ;;
	*) kill -"$2" "$(box_pid "$1")" ;;
	esac
}

box_stop() {
	case $BOX in
	podman) pod stop -t "${2-10}" "$1" >"$TMPDIR/stop.log" 2>&1 ;;
	*)
		tap_p=$(box_pid "$1")
		kill -TERM "$tap_p"
		tap_gone() { ! kill -0 "$tap_p" 2>/dev/null; }
		WAIT=${2-10} wait_until tap_gone || kill -KILL "$tap_p"
		;;
	esac
	box_end "$1"
}

box_exec() {
	tap_boxed=$1
	shift
	case $BOX in
	podman) run pod exec "$tap_boxed" "$@" ;;
	*) run sh "$top/tests/container/enter" -x "$(box_pid "$tap_boxed")" "$@" ;;
	esac
}

said_by() {
	grep -qsx -e "$2" "$here/$1.out" "$here/$1.err"
}

# what a test that fails half-way left running
box_clean() {
	for tap_b in $boxes; do
		box_remove "$tap_b"
		if [ $BOX != podman ] && [ -s "$TMPDIR/$tap_b.pid" ]; then kill -KILL "$(cat "$TMPDIR/$tap_b.pid")" 2>/dev/null; fi
	done
	umount "$TMPDIR/s/overlay" "$TMPDIR/s" 2>/dev/null
}
trap box_clean EXIT
trap 'exit 143' HUP INT TERM
box_choose
