# container.sh - containers for tests; read after lib.sh.
#
# A container is a PID and a mount namespace with a root directory of its own in
# which /init is s6-init; programs, libraries and /dev are the machine's.
#
#   container_root ROOT     makes the directory ROOT into such a root; the test
#                           then adds to ROOT/etc/cont-init.d and so on
#   container ROOT [VAR=VALUE...] [CMD...]
#                           runs it to its end, with that environment and CMD
#   contained ROOT ...      the same in the background; waits until process 1 is
#                           there; sets $cont (to wait for) and $one (the pid
#                           of process 1 as seen from here); its output goes to
#                           ROOT.out and ROOT.err
#   container_end           waits for it; sets $rc, $out and $err
#   inside CMD...           runs CMD in it, as "exec" of container managers
#   script FILE [LINE...]   makes FILE an executable sh script, and its directory
#
# Settings, as variables of the test:
#   cont_init     what is started instead of /init, words
#   cont_user     the uid and gid it is started as, without capabilities
#   cont_wait     "no": contained does not wait; then $one is not set
#   cont_mounts   shell commands that change mounts, run in the new root's parent
#                 with $root set, before it is entered

cont_init=/init cont_user='' cont_mounts='' cont_wait=yes

container_works() {
	unshare --pid --fork --mount-proc chroot / true 2>/dev/null
}

container_root() {
	(
		umask 022
		mkdir -p "$1" && cd "$1" || exit 1
		mkdir -p dev etc proc root run tmp usr var "./$bin"
		chmod 1777 tmp
		for d in bin sbin lib lib32 lib64 libx32; do
			if [ -L "/$d" ]; then cp -d "/$d" .; elif [ -d "/$d" ]; then mkdir -p "$d"; fi
		done
		ln -sf "$bin/s6-init" init
		ln -sf /run var/run
		cp -d /etc/ld.so.cache /etc/ld.so.conf /etc/nsswitch.conf etc 2>/dev/null
		echo 'root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false' >etc/passwd
		echo 'root:x:0:
daemon:x:1:
nogroup:x:65534:' >etc/group
	)
}

# In the new namespaces, as what becomes process 1: ROOT BIN MOUNTS WORD...
# shellcheck disable=SC2016
cont_enter='root=$1 bin=$2 mounts=$3
shift 3
mount --make-rprivate / && mount --bind "$root" "$root" || exit 99
for d in /dev /usr /bin /sbin /lib /lib32 /lib64 /libx32; do
	if [ -d "$d" ] && [ ! -L "$d" ]; then mount --rbind "$d" "$root$d" || exit 99; fi
done
mount --bind "$bin" "$root$bin" && mount -t proc proc "$root/proc" || exit 99
eval "$mounts" || exit 99
exec chroot "$root" "$@"'

container() {
	cont_root=$(cd "$1" && pwd)
	shift
	cont_n=$# cont_seen=0 cont_start=$cont_init
	[ -z "$cont_user" ] || cont_start="setpriv --reuid=$cont_user --regid=$cont_user
		--clear-groups --inh-caps=-all --bounding-set=-all $cont_init"
	while [ "$cont_n" -gt 0 ]; do
		case $cont_seen:$1 in
		0:[A-Za-z_]*=*) ;;
		0:*)
			cont_seen=1
			# shellcheck disable=SC2086
			set -- "$@" $cont_start
			;;
		esac
		set -- "$@" "$1"
		shift
		cont_n=$((cont_n - 1))
	done
	# shellcheck disable=SC2086
	[ "$cont_seen" = 1 ] || set -- "$@" $cont_start
	${cont_exec-} unshare --pid --fork --mount sh -c "$cont_enter" sh "$cont_root" "$bin" "$cont_mounts" \
		/usr/bin/env -i \
		"PATH=$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
}

cont_has_begun() {
	one=$(cat "/proc/$cont/task/$cont/children")
	one=${one%% *}
	# not a helper of the shell that becomes unshare
	cont_ns=$(readlink "/proc/$one/ns/pid") && [ "$cont_ns" != "$(readlink /proc/self/ns/pid)" ]
}

contained() {
	# $! is to be unshare itself, whose child is process 1
	(
		cont_exec='exec'
		container "$@"
	) </dev/null >"$1.out" 2>"$1.err" &
	cont=$!
	cont_name=$1
	[ "$cont_wait" = no ] || wait_until cont_has_begun
}

container_end() {
	rc=0
	wait "$cont" || rc=$?
	out=$(cat "$cont_name.out")
	err=$(said "$cont_name.err")
}

inside() {
	nsenter -t "$one" -m -p -r -w "$@"
}

script() {
	script_file=$1
	shift
	mkdir -p "${script_file%/*}"
	printf '%s\n' '#!/bin/sh' "$@" >"$script_file"
	chmod +x "$script_file"
}
