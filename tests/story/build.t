#!/bin/sh
# The build itself: what configure refuses, what make install puts where, and
# that nothing is built in vain.
. "${0%/*}/../lib.sh"
tree=${SEXTET_TREE:-$top/build/check}
b=$TMPDIR/b

configure() {
	run env -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u AR "$top/configure" --builddir="$b" "$@"
}

# refused NAME WORDS ARGUMENT...
refused() {
	name=$1 words=$2
	shift 2
	configure "$@"
	is "$name: exit 1" "$rc" 1
	like "$name: message" "$err" "^configure: fatal: .*$words"
}

# a compiler that knows nothing of PATTERN
cc_without() {
	cat >./cc <<-END
	#!/bin/sh
	for a; do case \$a in *.c) if grep -q '$1' "\$a"; then exit 1; fi ;; $1) exit 1 ;; esac; done
	exec gcc "\$@"
	END
	chmod +x ./cc
}

refused 'an unknown option' '--frobnicate' --frobnicate
refused 'a variable that is none' 'DESTDIR=/x' DESTDIR=/x
refused 'a relative prefix' 'not an absolute path: x' --prefix=x
refused 'a blank in a path' "'/a b'" '--prefix=/a b'
refused 'a quote in a path' "'/a\"b'" '--bindir=/a"b'
refused 'a builddir that cannot be' 'cannot write in /dev/null/b' --builddir=/dev/null/b
refused 'no such compiler' 'apt-get install gcc' CC="$PWD/none"
refused 'no such cross compiler' 'for z80-unknown-none found' --host=z80-unknown-none
notok 'nothing was configured so far' test -e "$b/config.mak"
if command -v gcc >/dev/null 2>&1; then
	cc_without 'skalibs/tai'
	refused 'no skalibs' 'apt-get install skalibs-dev' CC="$PWD/cc"
	cc_without '-l:libskarnet.a'
	refused 'no archive of skalibs' 'apt-get install skalibs-dev' CC="$PWD/cc"
	cc_without '-static'
	refused 'no static libc' 'cannot link statically' --enable-static CC="$PWD/cc"
	cc_without 'execline/execline'
	configure CC="$PWD/cc"
	is 'no execline: does without' "$rc" 0
	like 'no execline: says so' "$out" 'execline=no'
else
	skip 'compilers that lack something' 'no gcc'
fi
configure --help
is '--help: exit 0' "$rc" 0
like '--help: usage on stdout' "$out" '^usage: ./configure '

# What the tree under test was configured with, again.
mkdir o && cd o || exit 111
again=$(sed -n "s/^# made by: .[^ ]* '--builddir=[^']*' '--prefix=[^']*'//p" "$tree/config.mak")
eval "configure --prefix=/opt/x --mandir=/opt/m $again"
is 'configured' "$rc" 0
cd "$top" || exit 111
run make -s B="$b" "$b/obj/lib/path.o"
is 'make compiles into the builddir' "$rc" 0
eval "configure --prefix=/opt/x --mandir=/opt/m $again"
run make -q B="$b" "$b/obj/lib/path.o"
is 'configured again as before: nothing to do' "$rc" 0
eval "configure --prefix=/opt/y --mandir=/opt/m $again"
run make -q B="$b" "$b/obj/lib/path.o"
is 'another prefix: compiled again' "$rc" 1
ok 'no file left of the probes' test ! -e "$b/configure.tmp"
run make B="$b.none"
ok 'make before configure fails' test "$rc" != 0
like 'make before configure says so' "$err" 'configure first'

# Installing the tree under test elsewhere.
bindir=$(sed -n 's/^bindir := //p' "$tree/config.mak")
mandir=$(sed -n 's/^mandir := //p' "$tree/config.mak")
d="$TMPDIR/d e"
programs=$(sed -n '/^PROGRAMS/,/[^\\]$/s,^\t\([a-z]*/[^ ]*\).*,\1,p' package/programs.mak | while read -r p; do
	if [ -e "src/$p.c" ]; then echo "${p#*/}"; fi
done | sort)
umask 077
run make -s B="$tree" DESTDIR="$d" install
umask 022
is 'make install with DESTDIR' "$rc$err" 0
is 'every program is there' "$(find "$d$bindir" ! -type d ! -name sextet -exec basename {} \; | sort)" "$programs"
is 'nothing else is, nor halves' "$(find "$d" ! -type d | grep -v "^$d$bindir/[a-z]" | grep -v "^$d$mandir/man[1-8]/")" ''
is 'every manual is there' "$(find "$d$mandir" -type f -exec basename {} \; | sort)" \
	"$(find doc/man -name '*.[1-8]' -exec basename {} \; | sort)"
is 'programs have mode 755, manuals 644, under any umask' \
	"$(find "$d" -type f -exec stat -c %a {} \; | sort -u | tr '\n' ' ')" '644 755 '
ok 'directories can be entered' test "$(find "$d$bindir" "$d$mandir" -type d ! -perm -755)" = ''
run "$d$bindir/s6-svok" --version
like 'one of them runs' "$out" '^s6-svok \(Sextet\)'
touch "$d$bindir/another"
run make -s B="$tree" DESTDIR="$d" uninstall
is 'make uninstall' "$rc$err" 0
is 'what is not ours stays, all else goes' "$(find "$d" ! -type d)" "$d$bindir/another"

# A release.
if git -C "$top" rev-parse HEAD >/dev/null 2>&1 && command -v xz >/dev/null 2>&1; then
	run make -s B="$TMPDIR/dist" dist
	is 'make dist' "$rc" 0
	tar -xf "$TMPDIR"/dist/sextet-*.tar.xz -C "$TMPDIR"
	is 'one directory of all the files' "$(cd "$TMPDIR"/sextet-*/ && find . ! -type d | sed 's,^\./,,' | sort)" \
		"$(git -C "$top" ls-tree -r --name-only HEAD | sort)"
	run "$TMPDIR"/sextet-*/configure
	is 'which can be configured' "$rc" 0
else
	skip 'make dist' 'no git checkout, or no xz'
fi
done_testing
