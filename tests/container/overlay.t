#!/bin/sh
# The archive of "make overlay": what is in it and what is not, that every tar unpacks it, onto
# every kind of root, that it is made of the same bytes again, and with glibc.
. "${0%/*}/../lib.sh"

# shellcheck source=package/info
. "$top/package/info"
archive=$top/build/sextet-overlay-$version-$(uname -m).tar.xz
[ -e "$archive" ] || skip_all "no archive was made (make overlay)"
case $(file -L "$top/build/overlay/root/package/admin/sextet/bin/sextet" 2>/dev/null) in
*ASan*) skip_all 'a sanitizer' ;;
esac
home=package/admin/sextet
list() { xz -dc "$archive" | tar -t"$1"f -; }

# what is in it
is 'its checksum fits' "$(cd "${archive%/*}" && sha256sum -c "$archive.sha256" 2>&1)" "${archive##*/}: OK"
list '' >members
is 'no member is a directory that belongs to the image' \
	"$(grep -xE '(\./)?(bin|sbin|lib|lib64|etc|usr|usr/bin|var|run|dev|proc|sys|tmp|root|home)?/?' members)" ''
is 'no member is absolute or climbs' "$(grep -E '^/|(^|/)\.\.(/|$)' members)" ''
is 'all is below few names' "$(cut -d/ -f1 members | sort -u | tr '\n' ' ')" 'command etc init package usr '
is 'all belongs to root, nothing is setuid or writable by others' \
	"$(list v --numeric-owner | grep -v '^l' | grep -vE '^[-d]r[w-][-x]r-[-x]r-[-x] 0/0 ')" ''
mkdir -p gnu && xz -dc "$archive" | tar -xf - -C gnu
ours=$(wc -c <"gnu/$home/bin/sextet")
all=$(du -sb --apparent-size gnu | cut -f1)
diag "the archive $(wc -c <"$archive") bytes, unpacked $all, our programs $ours"
limit=900000
if grep -q 'CC := musl-gcc' "$top/build/overlay/obj/config.mak"; then
	diag 'linked with musl'
else
	diag 'linked with glibc'
	limit=1800000
fi
ok "our own part is below $limit bytes" test "$ours" -lt $limit
ok 'the whole is at most 5 MB' test "$all" -le 5000000
is 'all of it is ours, or execline, and says under which licence' "$(cd gnu/$home/doc && ls | tr '\n' ' ')" \
	"$(cd gnu/$home/doc && for p in execline libc6 musl sextet skalibs-dev; do [ ! -s $p ] || printf '%s ' $p; done)"

# the links
broken() { find gnu -type l ! -exec test -e {} \; -print; }
is 'no link leads nowhere' "$(broken)" ''
is 'no link is absolute: they hold in a mounted image too' "$(find gnu -type l -lname '/*')" ''
for n in $(sed -n '/^PROGRAMS/,/[^\\]$/s,^\t[a-z]*/\([^ ]*\).*,\1,p' "$top/package/programs.mak"); do
	for d in command usr/bin $home/bin; do [ -L "gnu/$d/$n" ] || echo "$d/$n"; done
done >lacks
is 'every program is below /command and /usr/bin' "$(cat lacks)" ''
for n in $(cd /usr/lib/execline/bin && ls); do
	for d in command usr/bin; do [ -x "gnu/$d/$n" ] || echo "$d/$n"; done
done >lacks
is 'and every one of execline' "$(cat lacks)" ''
for n in /init /command/with-contenv /usr/bin/with-contenv /usr/bin/printcontenv /usr/bin/with-retries \
	/usr/bin/logutil-service /usr/bin/logutil-newfifo /usr/bin/fix-attrs /usr/bin/execlineb /command/execlineb \
	/usr/bin/with-contenv-legacy /usr/bin/s6-svscanctl /command/s6-svc /usr/bin/s6-healthcheck /usr/bin/foreground /command/importas; do
	[ -x "gnu$n" ] || echo "$n"
done >lacks
is 'what images of the three generations name is there' "$(cat lacks)" ''
is "a host's halt is not in the way" "$(find gnu \( -name halt -o -name reboot -o -name poweroff -o -name shutdown \) -print)" ''
is 'the empty directories of the user' "$(cd gnu/etc && find . | sort | tr '\n' ' ')" \
	'. ./cont-finish.d ./cont-init.d ./fix-attrs.d ./services.d '

# other tars
unpacked() { (cd "$1" && find . | sort && find . -type f -exec cksum {} + | sort && find . ! -type l -exec stat -c '%a %n' {} + | sort); }
unpacked gnu >gnu.list
for t in 'busybox tar' bsdtar; do
	dir=$(echo "$t" | tr -d ' ')
	if ! $t --help >/dev/null 2>&1; then
		skip "$t unpacks the same" "no $t here"
		continue
	fi
	mkdir "$dir"
	xz -dc "$archive" | $t -x -f - -C "$dir"
	unpacked "$dir" >"$dir.list"
	ok "$t unpacks the same" cmp "$dir.list" gnu.list
done

# onto a root where /bin, /sbin and /lib are links, with files and modes of its own
for t in tar 'busybox tar' bsdtar; do
	if ! $t --help >/dev/null 2>&1; then
		skip "onto a merged /usr: $t" "no $t here"
		continue
	fi
	rm -rf merged
	mkdir -p merged/usr/bin merged/usr/sbin merged/usr/lib merged/etc/services.d/mine merged/tmp
	ln -s usr/bin merged/bin && ln -s usr/sbin merged/sbin && ln -s usr/lib merged/lib
	echo keep >merged/usr/bin/keep
	echo keep >merged/etc/services.d/mine/run
	chmod 700 merged/etc
	chmod 1777 merged/tmp
	xz -dc "$archive" | $t -x -f - -C merged
	is "onto a merged /usr: $t: it stays one" "$(readlink merged/bin merged/sbin merged/lib | tr '\n' ' ')" \
		'usr/bin usr/sbin usr/lib '
	ok 'a #! line of /bin finds its program' test -x merged/bin/execlineb
	is 'what was there is untouched' "$(cat merged/usr/bin/keep merged/etc/services.d/mine/run) $(stat -c %a merged/etc merged/tmp | tr '\n' ' ')" \
		'keep
keep 700 1777 '
done

# it runs where nothing else is
if [ "$(id -u)" = 0 ] && chroot gnu /command/s6-svok --version >out 2>&1; then
	like 'runs where there is no libc' "$(cat out)" '^s6-svok \(Sextet\)'
	printf '#!/usr/bin/execlineb -P\nforeground { s6-svok --version }\nimportas -u P PATH\nif { eltest ${P} = /usr/bin }\ns6-svc --version\n' >gnu/script
	chmod 755 gnu/script
	is 'and so does execline' "$(env PATH=/usr/bin /usr/sbin/chroot gnu /script 2>&1 | sed 's/ .*//' | tr '\n' ' ')" 's6-svok s6-svc '
else
	skip 'runs where there is no libc' 'no chroot here'
fi

# the same again, from another place
if [ "${SEXTET_AGAIN-yes}" = yes ]; then
	run sh "$top/tools/overlay" -B "$PWD/again"
	is 'made again elsewhere' "$rc" 0
	ok 'the same bytes' cmp "again/${archive##*/}" "$archive"

	run sh "$top/tools/overlay" -g -B "$PWD/glibc"
	is 'made with glibc' "$rc" 0
	mkdir other && xz -dc "glibc/${archive##*/}" | tar -xf - -C other
	ours=$(wc -c <"other/$home/bin/sextet")
	diag "linked with glibc: our programs $ours bytes"
	ok 'our own part is below 1800000 bytes then' test "$ours" -lt 1800000
	like 'and it runs' "$("other/$home/bin/s6-svok" --version)" '^s6-svok \(Sextet\)'
fi
done_testing
