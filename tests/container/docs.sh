# docs.sh - runs the commands of a guide, doc/GUIDE.md; read after box.sh.
#
#   guide GUIDE    every block of commands, in order, as a reader would: by sh -e, in a directory that
#                  holds the archive. The lines of a block after "says" must be printed, in that
#                  order; others may be between them.
#   inline GUIDE   every command between backquotes in its text and tables, in a container with the
#                  services web, which logs to /var/log/web, and db, which says when it is ready; but
#                  lines for a script are left in GUIDE.lines

[ $BOX = podman ] || skip_all 'no podman here'
new_root none

# podman as the reader types it: with our storage, nothing fetched
script "$TMPDIR/path/podman" '#!/bin/sh' \
	'if [ "$1" = build ]; then shift; set -- build --pull=never --isolation=chroot --layers=false "$@"; fi' \
	"CONTAINERS_CONF=$TMPDIR/containers.conf exec $(command -v podman) --root $TMPDIR/s --runroot $TMPDIR/r \\" \
	"	--tmpdir $TMPDIR/p --storage-driver $storage --runtime runc \"\$@\""
tar -C "$top/build/container/busybox" -cf - . | pod import -q - docker.io/library/busybox:latest >log 2>&1 ||
	skip_all "podman cannot import images here"

# blocks GUIDE: writes its blocks to GUIDE.N.sh and what they say to GUIDE.N.says
blocks() {
	awk -v name="$1" '
		/^```/ && inside { inside = 0; close(file); next }
		/^```/ {
			inside = 1
			file = "/dev/null"
			if ($0 == "```sh") file = sprintf("%s.%03d.sh", name, ++n)
			else if (last == "says") file = sprintf("%s.%03d.says", name, n)
			next
		}
		inside { print >file; next }
		NF { last = $0 }' "$top/doc/$1.md"
}

# in_order SAYS OUTPUT: each line of the one is one of the other, in order
in_order() {
	awk 'NR == FNR { want[++n] = $0; next }
		i < n && $0 == want[i + 1] { i++ }
		END { if (i < n) { print "# missing: " want[i + 1]; exit 1 } }' "$1" "$2"
}

guide() {
	mkdir "$1" && cd "$1" || exit 111
	cp "$archive" .
	blocks "$1"
	for block in "$1".*.sh; do
		rc=0
		PATH=$TMPDIR/path:$PATH timeout 60 sh -e "$block" >out 2>&1 </dev/null || rc=$?
		is "$block: $(grep -m1 podman "$block")" "$rc" 0 || diag "$(cat out)"
		if [ -e "${block%.sh}.says" ]; then
			ok 'says what the guide has' in_order "${block%.sh}.says" out || diag "$(cat out)"
		fi
	done
	cd .. || exit 111
	for c in $(pod ps -aq 2>/dev/null); do pod rm -f -t 0 "$c" >/dev/null 2>&1; done
}

# all that is more than a name, or does something by its name alone
inline_commands() {
	awk '/^```/ { inside = !inside; next } !inside' "$top/doc/$1.md" | grep -o '`[^`]*`' | tr -d '`' | sed 's/\\|/|/g' |
		grep -E '^(((podman|docker) (exec|run|stop)|make|s6-[a-z]+|sh -c|exec|cd|export|exit|test) [^ ]|s6-healthcheck|/run/s6/basedir/bin/halt$)' |
		grep -vxF 'exec format error' | sort -u
}

inline() {
	new_root "inline.$1"
	mkdir -p "inline.$1/var/log"
	script "inline.$1/etc/services.d/web/run" '#!/bin/sh' 'trap "" HUP' 'echo web: here' 'while :; do sleep 0.1; done'
	script "inline.$1/etc/services.d/db/run" '#!/bin/sh' 'echo >&3' 'exec sleep 1000'
	echo 3 >"inline.$1/etc/services.d/db/notification-fd"
	script "inline.$1/etc/services.d/web/log/run" '#!/bin/sh' 'exec logutil-service /var/log/web'
	inline_commands "$1" >inline.list
	ok "$1: there are commands in its text" test -s inline.list
	: >"$1.lines"
	n=0
	last=yes
	while read -r words; do
		case $words in
		'make overlay')
			like "$words: was run before the tests" "$archive" '/build/sextet-overlay-.*-.*[.]tar[.]xz$'
			continue
			;;
		exec\ * | cd\ * | export\ * | exit\ * | test\ *)
			printf '%s\n' "$words" >>"$1.lines"
			continue
			;;
		esac
		n=$((n + 1))
		if [ $last = yes ]; then
			box_up=in$1$n
			box "$box_up" "inline.$1"
			up() { box_exec "$box_up" s6-healthcheck; [ "$rc" = 0 ] && [ -s "inline.$1/var/log/web/current" ]; }
			WAIT=30 wait_until up "$1" || diag "$rc $out $err $(ls -la "inline.$1/var/log" "inline.$1/var/log/web")"
		fi
		box_exec "$box_up" s6-svc -wu -T 20000 -u /run/service/web
		case $words in
		'podman exec NAME '*)
			run sh -c "PATH=$TMPDIR/path:$PATH; podman exec $box_up ${words#podman exec NAME }"
			;;
		*) box_exec "$box_up" sh -c "$words" ;;
		esac
		is "$1: $words" "$rc" 0 || diag "$out$err"
		last=no
		case $words in
		*halt | *'svscanctl -t'*)
			last=yes
			box_end "$box_up"
			is "$1: $words: the container ends, 0" "$rc" 0
			;;
		esac
	done <inline.list
	[ $last = yes ] || { box_stop "$box_up"; box_remove "$box_up"; }
}
