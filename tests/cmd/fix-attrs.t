#!/bin/sh
# fix-attrs: rules, owners, modes, wildcards, and links that lead elsewhere
# shellcheck disable=SC2086
. "${0%/*}/../lib.sh"

usage_ok fix-attrs
for args in '' '-v' '-z file'; do
	run fix-attrs $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" 'fix-attrs: usage: fix-attrs [ -v ] file...'
done
S6_STATEDIR=$PWD/state
export S6_STATEDIR
me=$(id -u):$(id -g)

rule() {
	printf '%s\n' "$@" >rules
	run fix-attrs rules
}
mode() {
	stat -c %a "$1"
}
modes() {
	stat -c %a "$@" | paste -s -d ' '
}
tree() {
	chmod -R u+rwx data 2>/dev/null
	rm -rf data
	mkdir -p data/sub/deep data/.hidden
	touch data/a data/b data/sub/c data/sub/deep/d data/.h data/.hidden/e
	chmod 600 data/a data/b data/sub/c data/sub/deep/d data/.h data/.hidden/e
	chmod 700 data data/sub data/sub/deep data/.hidden
}

run fix-attrs none
is "no file of rules: exit 111" "$rc" 111
is "no file of rules: message" "$err" 'fix-attrs: fatal: unable to read none: No such file or directory'

# what a rule is about
tree
rule "$PWD/data true $me 0644 0755"
is "exit 0" "$rc" 0
is "nothing is said" "$out$err" ''
is "all files" "$(modes data/a data/b data/sub/c data/sub/deep/d)" '644 644 644 644'
is "all directories" "$(modes data data/sub data/sub/deep)" '755 755 755'
is "but hidden ones" "$(modes data/.h data/.hidden data/.hidden/e)" '600 700 600'
tree
rule "$PWD/data false $me 0644 0755"
is "without recursion" "$(modes data data/a data/sub)" '755 600 700'
rule "$PWD/data/a true $me 0640 0755"
is "a file" "$(mode data/a)" 640
rule "$PWD/data true $me - 0750"
is "a dash leaves files" "$(modes data/a data/b data/sub)" '640 600 750'
rule "$PWD/data true $me 0604 -"
is "a dash leaves directories" "$(modes data/a data/sub)" '604 750'
rule "$PWD/data true $me 4711 2751"
is "all bits" "$(modes data/a data/sub/c data/sub)" '4711 4711 2751'
tree
export S6_FIX_ATTRS_HIDDEN=1
rule "$PWD/data true $me 0644 0755"
is "hidden ones on demand" "$(modes data/.h data/.hidden data/.hidden/e)" '644 755 644'
unset S6_FIX_ATTRS_HIDDEN
tree
mkdir -p "$S6_STATEDIR/container_environment"
echo 1 >"$S6_STATEDIR/container_environment/S6_FIX_ATTRS_HIDDEN"
rule "$PWD/data true $me 0644 0755"
is "on demand of the container" "$(mode data/.hidden/e)" 644
rm -r "$S6_STATEDIR"

# wildcards
tree
rule "$PWD/data/* false $me 0640 0750"
is "a wildcard" "$(modes data data/a data/b data/sub data/sub/c data/.h)" '700 640 640 750 600 600'
tree
rule "$PWD/da?a/*/[cx] false $me 0640 0750"
is "wildcards in the middle" "$(modes data/sub data/sub/c data/a)" '700 640 600'
rule "$PWD/*/sub/deep/d false $me 0604 0750"
is "a name behind one" "$(mode data/sub/deep/d)" 604
rule "$PWD/data/*/ false $me 0644 0711"
is "directories only" "$(modes data/a data/sub)" '600 711'
rule "data/a* false $me 0666 0755"
is "a relative one" "$(mode data/a)" 666
rule "*/b false $me 0666 0755"
is "a wildcard first" "$(mode data/b)" 666
rule "$PWD/data/none false $me 0644 0755" "$PWD/none/*/x true $me 0644 0755" "$PWD/data/x* true $me - -" \
	"$PWD/data/a/b false $me 0644 0755" "$PWD/data/a/* false $me 0644 0755"
is "no match is no error" "$rc $err" '0 '
touch 'data/odd * name' 'data/odd
name' data/-R
rule "$PWD/data/* false $me 0606 0755"
is "hostile names" "$(modes 'data/odd * name' 'data/odd
name' data/-R)" '606 606 606'

# links
tree
mkdir outside
touch outside/secret
chmod 600 outside/secret
chmod 700 outside
ln -s ../outside data/out
ln -s ../../outside/secret data/sub/link
ln -s a data/alias
rule "$PWD/data true $me 0666 0777"
is "links are not followed in a recursion" "$rc $(modes outside outside/secret)" '0 700 600'
is "what they lead to within is reached otherwise" "$(mode data/a)" 666
rule "$PWD/data/* true $me 0666 0777" "$PWD/data/*/secret false $me 0666 0777" \
	"$PWD/data/o*/* true $me 0666 0777" "$PWD/da*/out/secret false $me 0666 0777"
is "nor where a wildcard found them, or later" "$rc $(modes outside outside/secret)" '0 700 600'
ln -s data entry
rule "$PWD/entry true $me 0640 0750" "$PWD/entry/su* false $me - 0711"
is "in the path itself they are" "$(modes data data/a data/sub)" '750 640 711'
run fix-attrs -v rules
like "-v: what was done" "$err" '^fix-attrs: info: rules: looked at [0-9]+, changed [0-9]+, left alone 3 links$'

# only what differs
tree
rule "$PWD/data true $me 0644 0755"
before=$(stat -c %Z data data/a data/sub/c)
wait_until sh -c 'touch now; [ "$(stat -c %Z now)" != "$(stat -c %Z data/a)" ]'
run fix-attrs -v rules
is "a second time nothing is changed" "$err" 'fix-attrs: info: rules: looked at 7, changed 0, left alone 0 links'
is "not even the time stamps" "$(stat -c %Z data data/a data/sub/c)" "$before"

# a mode that shuts out comes after what is inside; others are opened first
tree
rule "$PWD/data/sub true $me 0604 0000"
is "directories that are closed" "$rc $(modes data/sub)" '0 0'
chmod 700 data/sub
is "after their content" "$(modes data/sub/c data/sub/deep)" '604 0'
chmod 000 data/sub
rule "$PWD/data/sub true $me 0640 0750"
is "and opened before it" "$rc $(modes data/sub data/sub/c data/sub/deep data/sub/deep/d)" '0 750 640 750 640'

# special files
tree
mkfifo data/fifo
rule "$PWD/data true $me 0622 0755"
is "a FIFO, without waiting for it" "$(mode data/fifo)" 622

# rules that are none
tree
printf '# comment\n\n  \t\n%s/data/a true %s 0644 0755\r\n%s/data/b\tfalse\t%s\t0640\t0750 # why' \
	"$PWD" "$me" "$PWD" "$me" >rules
run fix-attrs rules
is "comments, empty lines, tabs, \\r, no last newline" "$rc $(modes data/a data/b)" '0 644 640'
rule "$PWD/data/a maybe $me 0600 0755" '/x true' "$PWD/data/b true $me 8 -" "$PWD/data/sub true $me - 0711"
is "invalid rules: exit 1" "$rc" 1
is "invalid rules: which and why" "$err" "fix-attrs: warning: rules: line 1: recurse is neither true nor false
fix-attrs: warning: rules: line 2: too few words
fix-attrs: warning: rules: line 3: invalid mode of files
fix-attrs: warning: rules: 3 failures; looked at 4, changed 2"
is "the others are obeyed" "$(modes data/a data/sub)" '644 711'
rule "$PWD/data/a true no-such-user 0600 0755" "$PWD/data/a true a: 0600 0755"
is "accounts: exit 1" "$rc" 1
like "no such user" "$err" '^fix-attrs: warning: rules: line 1: no such user or group: no-such-user$'
like "an invalid account" "$err" '^fix-attrs: warning: rules: line 2: invalid account: a:$'
is "nothing is changed" "$(mode data/a)" 644
printf '%s/data/a true %s 0600 0755\n' "$PWD" "$me" >rules1
printf 'nothing\n' >rules2
run fix-attrs rules2 rules1
is "several files of rules" "$rc $(mode data/a)" '1 600'

# too deep
tree
(
	cd data/sub || exit
	sixty=$(yes d/ | head -n 60 | tr -d '\n')
	for i in 1 2 3 4 5; do mkdir -p "$sixty" && cd "$sixty" || exit; done
)
rule "$PWD/data true $me 0644 0755"
is "too deep: exit 1" "$rc" 1
like "too deep: message" "$err" 'unable to enter .*/d/d/d.*: Too many levels of symbolic links$'
is "the rest is done" "$(modes data/a data/sub data/sub/d)" '644 755 755'

# owners
if [ "$(id -u)" = 0 ]; then
	owners() {
		stat -c %u:%g "$@" | paste -s -d ' '
	}
	tree
	rule "$PWD/data true 12:34 0644 0755"
	is "owners by number" "$(owners data data/a data/sub/c)" '12:34 12:34 12:34'
	ln -s ../outside/secret data/link
	rule "$PWD/data true 56:78 4755 0755"
	is "links are not" "$(owners outside/secret data/a) $(stat -c %u data/link)" '0:0 56:78 0'
	is "set-id bits, which a change of owner takes away" "$(mode data/a)" 4755
	rule "$PWD/data/b true 57:78 - -"
	is "are not given back unasked" "$(owners data/b) $(mode data/b)" '57:78 755'
	printf 'root:x:0:0::/:/bin/sh\ndaemon:x:2:2::/:\n' >passwd
	printf 'root:x:0:\ndaemon:x:2:\n' >group
	if with_accounts true; then
		while read -r account want; do
			printf '%s false %s - -\n' "$PWD/data/a" "$account" >rules
			chown 0:0 data/a
			run with_accounts fix-attrs rules
			is "account $account" "$rc $(owners data/a)" "0 $want"
		done <<-END
			daemon 2:2
			daemon,3:4 2:2
			2:2,3:4 2:2
			daemon:11111,3:4 2:11111
			11111:daemon,3:4 11111:2
			daemon:unexisting,3:4 2:4
			unexisting:daemon,3:4 3:2
			11111 11111:0
		END
	else
		skip "accounts" "no mount namespace"
	fi
	if others_may_run; then
		chmod 755 "$TMPDIR" . data
		chown -R 0:0 data
		chmod 644 data/*
		rm -rf data/sub
		touch data/c data/d data/e data/f
		printf '%s/data true 12:34 0644 0755\n' "$PWD" >rules
		run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/fix-attrs" rules
		is "not root: exit 1" "$rc" 1
		is "not root: the first five, and how many" "$(printf '%s\n' "$err" | sed 's,chown .*/,chown ,; s, [a-f]: , X: ,' | sort | uniq -c | sed 's/^ *//' | sort)" \
			"1 fix-attrs: warning: rules: 7 failures; looked at 7, changed 0
1 fix-attrs: warning: unable to chown data: Operation not permitted
4 fix-attrs: warning: unable to chown X: Operation not permitted"
		chown -R 65534:65534 data
		printf '%s/data true 65534:65534 0644 0755\n' "$PWD" >rules
		run setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/fix-attrs" rules
		is "not root, and all is well already" "$rc $err" '0 '
	else
		skip "another user" "the programs are not for others"
	fi
else
	skip "owners" "not root"
fi
done_testing
