#!/bin/sh
# tools/deps, with a dpkg-query and an apt-get of our own: what is installed is a
# file in ./installed, what can be had one in ./archive.
. "${0%/*}/../lib.sh"

mkdir -p tree/tools fakes installed archive
cp "$top/tools/deps" tree/tools/
here=$PWD
DEPS_POLICY=$here/policy
export DEPS_POLICY
cat >fakes/dpkg-query <<END
#!/bin/sh
for p; do :; done
if [ -e $here/installed/\$p ]; then printf installed; else exit 1; fi
END
cat >fakes/apt-cache <<END
#!/bin/sh
[ -e $here/archive/\$2 ]
END
cat >fakes/apt-get <<END
#!/bin/sh
echo "\$*" >>$here/calls
cat $here/policy >$here/policy-then
[ ! -e $here/slow ] || { touch $here/reached; sleep 0.5; }
case " \$* " in
*' update '*) if [ -e $here/later ]; then mv $here/later/* $here/archive/; fi; exit 0 ;;
esac
for p; do
	case \$p in -* | *=* | install) continue ;; esac
	[ -e $here/archive/\$p ] || exit 100
	touch $here/installed/\$p
done
END
cat >fakes/id <<'END'
#!/bin/sh
echo "${FAKE_UID:-0}"
END
chmod +x fakes/*
PATH=$here/fakes:$PATH
all='gcc libc6-dev make skalibs-dev libexecline-dev execline'
deps() {
	rm -f calls
	run sh tree/tools/deps "$@"
}
touch_all() {
	dir=$1
	shift
	for p; do touch "$dir/$p"; done
}

deps
is "no group: exit 1" "$rc" 1
deps nothing
is "an unknown group: exit 1" "$rc,$err" '1,deps: fatal: no such group: nothing'

# shellcheck disable=SC2086
touch_all installed $all
deps build
is "nothing is missing: nothing is said" "$rc,$out,$err" '0,,'
notok "and apt is not asked" test -e calls
FAKE_UID=1000
export FAKE_UID
deps build
is "nothing is missing: no root is needed" "$rc" 0
rm installed/gcc
deps build
is "not root: says what to do" "$rc,$err" \
	'1,deps: fatal: not root, so these must be installed first: apt-get install gcc'
notok "and does nothing" test -e calls
FAKE_UID=0

echo theirs >policy
touch archive/gcc
deps build
is "one is missing: installed" "$rc,$out" '0,deps: installing gcc (log: build/deps.log)'
is "with one call, and no update" "$(grep -c . calls)" 1
like "that names what was missing alone" "$(cat calls)" 'no-install-recommends gcc$'
like "meanwhile no daemon may start" "$(cat policy-then)" '^exit 101$'
is "afterwards all is as before" "$(cat policy) $(ls policy*)" "theirs policy
policy-then"

rm installed/gcc archive/gcc policy
mkdir later && touch later/gcc
deps build
is "lists are too old: fetched, tried again" "$rc,$(grep -c . calls)" 0,3
notok "no policy was there, none is left" test -e policy

rm installed/gcc archive/gcc
rmdir later
deps build
is "what cannot be had: exit 1" "$rc" 1
is "is named" "$err" 'deps: fatal: cannot be installed: gcc'

# A|B: all is there but that
# shellcheck disable=SC2086
touch_all installed $all
FAKE_UID=1000
deps check
FAKE_UID=0
for p in ${err#*apt-get install }; do
	case $p in *'|'*) ;; *) touch installed/"$p" ;; esac
done
touch archive/libclang-rt-dev
deps check
is "the second name will do" "$rc" 0
ok "when the first is unknown" test -e installed/libclang-rt-dev
deps check
notok "and counts as installed" test -e calls

# interrupted
rm installed/gcc
touch slow archive/gcc
echo theirs >policy
rm -f reached
sh tree/tools/deps build >out1 2>&1 &
pid=$!
wait_until test -e reached
kill -TERM $pid
wait $pid
is "interrupted: exit 143" $? 143
is "interrupted: all is as before" "$(cat policy) $(ls policy*)" "theirs policy
policy-then"
rm installed/gcc reached
sh tree/tools/deps build >out1 2>&1 &
pid=$!
wait_until test -e reached
kill -KILL $pid
wait $pid 2>/dev/null
like "killed: ours is left" "$(cat policy)" 'put here by tools/deps'
rm -f slow
wait_until test -e installed/gcc
deps build
is "the next run puts it right" "$rc $(cat policy) $(ls policy*)" "0 theirs policy
policy-then"

# no Debian
mkdir bare
for p in sh dirname cat; do ln -s "$(command -v $p)" bare/$p; done
run env PATH="$here/bare" sh tree/tools/deps build
is "no dpkg: exit 0" "$rc" 0
like "no dpkg: a warning" "$err" '^deps: warning: this is no Debian'
done_testing
