#!/bin/sh
# s6-envdir: variables from files, what it does not forgive, hostile names
# shellcheck disable=SC2016,SC2086,SC2317
. "${0%/*}/../lib.sh"

usage_ok s6-envdir
synopsis='s6-envdir: usage: s6-envdir [ -I | -i ] [ -n ] [ -f ] [ -L ] [ -c nullchar ] dir prog...'
for args in '' 'dir' '-z dir true' '-c' '-I dir'; do
	run s6-envdir $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done

mkdir dir
echo 'one  ' >dir/A
printf 'first \t\r \nsecond\n' >dir/B
: >dir/C
echo hidden >dir/.D
echo no >dir/E=F
echo >dir/G
export C=set KEPT=kept A=old
run s6-envdir dir env
like "a variable is replaced" "$out" '^A=one$'
notok "the old value is gone" grep -q '^A=old' "$TMPDIR/out"
like "first line without blanks at its end" "$out" '^B=first$'
notok "an empty file removes" grep -q '^C=' "$TMPDIR/out"
notok "names with a dot or = do not count" grep -Eq 'hidden|E=F' "$TMPDIR/out"
like "a blank line sets to nothing" "$out" '^G=$'
like "the rest is kept" "$out" '^KEPT=kept$'

value='printf "<%s>" "$B"'
run s6-envdir -n dir sh -c "$value"
is "-n keeps blanks" "$out" "$(printf '<first \t\r >')"
run s6-envdir -f dir sh -c "$value"
is "-f takes all lines" "$out" "$(printf '<first \t\r \nsecond>')"
run s6-envdir -fn dir sh -c "$value"
is "-fn keeps the last newline" "$out" "$(printf '<first \t\r \nsecond\n>')"
printf 'x\0y\n' >dir/B
run s6-envdir dir sh -c "$value"
is "a null byte becomes a newline" "$out" "$(printf '<x\ny>')"
run s6-envdir -c _z dir sh -c "$value"
is "-c: or the character given" "$out" '<x_y>'
run s6-envdir -c '' dir true
is "-c of nothing: exit 111" "$rc" 111
is "-c of nothing: message" "$err" 's6-envdir: fatal: unable to envdir dir: Invalid argument'

head -c 5000 /dev/zero | tr '\0' x >dir/B
length='echo ${#B}'
run s6-envdir dir sh -c "$length"
is "the first 4095 bytes" "$out" 4095
run s6-envdir -L dir sh -c "$length"
is "-L: all of a line without newline" "$out" 5000
run s6-envdir -Lf dir sh -c "$length"
is "-Lf: all of the file" "$out" 5000

# what is missing or cannot be read
run s6-envdir none echo ran
is "no directory: exit 111" "$rc" 111
is "no directory: message" "$err" \
	's6-envdir: fatal: unable to envdir none: No such file or directory'
is "no directory: nothing is executed" "$out" ''
run s6-envdir -I none sh -c "$length"
is "-I: executed without it" "$rc,$out" 0,0
run s6-envdir -I -i none true
is "-i undoes -I" "$rc" 111
run s6-envdir -I dir/A true
is "-I does not forgive a file" "$rc,$err" \
	'111,s6-envdir: fatal: unable to envdir dir/A: Not a directory'
ln -s nowhere dir/link
run s6-envdir -I dir true
is "-I does not forgive a dangling link" "$rc,$err" \
	'111,s6-envdir: fatal: unable to envdir dir: Identifier removed'
rm dir/link
mkdir dir/sub
run s6-envdir dir true
is "a subdirectory" "$rc,$err" '111,s6-envdir: fatal: unable to envdir dir: Is a directory'
rmdir dir/sub
chmod 0 dir/A
if [ "$(id -u)" != 0 ]; then
	run s6-envdir dir true
elif run s6-setuidgid 12345:12345 s6-envdir --version; [ "$rc" = 0 ]; then
	run s6-setuidgid 12345:12345 s6-envdir dir true
else
	rc=126
fi
if [ "$rc" = 126 ]; then skip "an unreadable file" "nobody else may run $bin"; else
	is "an unreadable file" "$rc,$err" \
		'111,s6-envdir: fatal: unable to envdir dir: Permission denied'
fi
chmod 644 dir/A

# the program
run s6-envdir dir ./none
is "no program: exit 127" "$rc" 127
is "no program: message" "$err" \
	's6-envdir: fatal: unable to exec ./none: No such file or directory'
run s6-envdir dir ./dir
is "no executable: exit 126" "$rc" 126
run s6-envdir dir ''
is "an empty name" "$rc,$err" '126,s6-envdir: fatal: unable to exec : Permission denied'
run s6-envdir dir sh -c 'exit 42'
is "its exit code" "$rc" 42
mkdir elsewhere
printf '#!/bin/sh\necho found\n' >elsewhere/found
chmod +x elsewhere/found
echo "$PWD/elsewhere" >dir/PATH
run env PATH="$bin:/usr/bin:/bin" s6-envdir dir found
is "looked up in the old PATH" "$rc" 127
run s6-envdir dir /bin/sh -c 'echo "$PATH"'
is "which gets the new one" "$out" "$PWD/elsewhere"

# names of any bytes
mkdir odd
long=$(head -c 250 /dev/zero | tr '\0' n)
echo 1 >'odd/a b'
echo 2 >"$(printf 'odd/new\nline')"
echo 3 >odd/-dash
echo 4 >"odd/$long"
env -i "$bin/s6-envdir" odd "$(command -v env)" -0 >got
printf 'a b=1\0-dash=3\0new\nline=2\0%s=4\0' "$long" | tr '\0\n' '\n.' | sort >want
tr '\0\n' '\n.' <got | sort >sorted
ok "blank, newline, dash, 250 bytes" cmp -s sorted want
mkdir -- -dir
echo 5 >-dir/FIVE
run s6-envdir -- -dir sh -c 'echo $FIVE'
is "-- before a directory with a dash" "$out" 5

# a FIFO is waited for
mkdir slow
mkfifo slow/F
s6-envdir slow sh -c 'echo $F >fifo.value' &
reader=$!
echo late >slow/F
wait "$reader"
is "a FIFO is read when somebody writes" "$(cat fifo.value)" late

mkdir many
i=0
while [ $i -lt 1000 ]; do echo $i >many/VAR_$i; i=$((i + 1)); done
run env -u C s6-envdir many env
is "a thousand files" "$(grep -c '^VAR_[0-9]*=[0-9]*$' "$TMPDIR/out")" 1000
done_testing
