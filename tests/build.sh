# build.sh - for tests that need another build of this tree, beside the one under
# test; read after lib.sh.
#
#   another_build DIR BINDIR VERSION PROGRAM...
#                        makes DIR/bin/PROGRAM..., which believe that they are of
#                        VERSION and installed in BINDIR; else as the tree under test

another_build() {
	tap_from=${SEXTET_TREE:-$top/build/check} tap_b=$1 tap_bindir=$2 tap_version=$3
	shift 3
	mkdir -p "$tap_b" && cp -a "$tap_from/obj" "$tap_from"/config.* "$tap_b/" || return 1
	[ ! -d "$tap_from/multi" ] || cp -a "$tap_from/multi" "$tap_b/" || return 1
	sed -i "s|^#define SEXTET_BINDIR .*|#define SEXTET_BINDIR \"$tap_bindir\"|
		s|^#define SEXTET_VERSION .*|#define SEXTET_VERSION \"$tap_version\"|" "$tap_b/config.h"
	# what knows of neither is as it was; its dependencies name the other tree
	touch -d 2000-01-01 "$tap_b"/config.*
	find "$tap_b" -name '*.d' -exec rm -f {} +
	for tap_c in $(cd "$top/src" && grep -rlE 'SEXTET_(BINDIR|VERSION)' --include='*.c' .); do
		tap_c=${tap_c#./}
		rm -f "$tap_b/obj/${tap_c%.c}.o" "$tap_b/multi/${tap_c%.c}.o"
	done
	tap_bins=''
	for tap_c; do tap_bins="$tap_bins $tap_b/bin/$tap_c"; done
	# shellcheck disable=SC2086
	env -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u AR -u MAKEFLAGS \
		make -s -C "$top" B="$tap_b" $tap_bins >"$tap_b/log" 2>&1 || { diag "$(tail -n 5 "$tap_b/log")"; return 1; }
}
