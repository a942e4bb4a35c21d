#!/bin/sh
# s6-logview: log directories as one stream, oldest line first
. "${0%/*}/../lib.sh"

usage_ok s6-logview
synopsis='s6-logview: usage: s6-logview [ -f ] [ -g | -l ] [ -n lines ] [ -s since ] [ -u until ] logdir...'
for args in '' '-n x dir' '-n -1 dir'; do
	# shellcheck disable=SC2086
	run s6-logview $args
	is "'$args': exit 100" "$rc" 100
	is "'$args': usage" "$err" "$synopsis"
done
run s6-logview -z dir
is "unknown option: exit 100" "$rc" 100
is "unknown option: message" "$err" "s6-logview: fatal: unrecognized short option: z"
for when in yesterday 2026-13-01 @4000 ''; do
	run s6-logview -s "$when" .
	is "'$when': exit 100" "$rc" 100
	is "'$when': message" "$err" "s6-logview: fatal: invalid time: $when"
done
run s6-logview nowhere
is "no such directory: exit 111" "$rc" 111
is "no such directory: message" "$err" \
	"s6-logview: warning: unable to read log directory nowhere: No such file or directory"

# stamp SECONDS: a label; 2017-01-01 00:00:00 UTC is 0
stamp() {
	printf '@40000000%08x00000000' $((0x586846a5 + $1))
}

# archive DIR SECONDS SUFFIX: standard input becomes an archive
archive() {
	cat >"$1/$(stamp "$2").$3"
}

# view NAME WANT ARG...: what is printed, without newlines
view() {
	name=$1 want=$2
	shift 2
	run s6-logview "$@"
	is "$name" "$rc:$(printf %s "$out" | tr '\n' ' ')" "0:$want"
}

mkdir empty
view "an empty directory" "" empty
mkdir a
printf '1\n2\n' | archive a 10 s
printf '3\n4' | archive a 20 u
printf '5\n' >a/previous
printf '6\n\n7' >a/current
echo no >a/state
echo no >a/processed
echo no >a/@400000005868470.s
echo no >a/other
mkdir "a/$(stamp 15).s.d"
view "archives by age, previous, current" "1 2 3 4 5 6  7" a
is "the last line is completed" "$(s6-logview a | tail -c 2 | od -An -c | tr -d ' ')" '7\n'
for n in 0 1 2 3 4 5 6 7 8 9; do
	is "-n $n" "$(s6-logview -n $n a)" "$(printf '1\n2\n3\n4\n5\n6\n\n7\n' | tail -n $n)"
done
view "--lines=2" " 7" --lines=2 a
ln a/previous "a/$(stamp 30).s"
view "a rotation cut short prints nothing twice" "1 2 3 4 5 6  7" a
rm a/previous
chmod 0 a/current
if [ "$(id -u)" != 0 ]; then
	run s6-logview a
	is "unreadable current: exit 111" "$rc" 111
else
	skip "unreadable current" "needs another user than root"
fi
chmod 644 a/current

# compressed members
mkdir z
printf '1\n2\n' | archive z 10 s
printf '3\n' | archive z 20 s
printf '4\n' | archive z 30 u
gzip "z/$(stamp 20).s"
if command -v zstd >/dev/null; then
	zstd -q --rm "z/$(stamp 10).s"
	view "zstd and gzip" "1 2 3 4" z
	for n in 1 2 3; do
		is "-n $n of compressed ones" "$(s6-logview -n $n z)" "$(seq 4 | tail -n $n)"
	done
else
	view "gzip" "1 2 3 4" z
	skip "zstd" "no zstd here"
fi
printf '3\n' | archive z 20 s
view "both there: once" "1 2 3 4" z
rm "z/$(stamp 20).s"
echo rubbish >"z/$(stamp 20).s.gz"
run s6-logview z
is "a broken member: exit 111" "$rc" 111
is "a broken member: the rest is printed" "$(echo $out)" "1 2 4"
like "a broken member: message" "$err" \
	"^s6-logview: warning: z/$(stamp 20): what decompresses it has failed\$"
run env PATH="$bin" s6-logview z
is "no gzip: exit 111" "$rc" 111
like "no gzip: message" "$err" \
	"^s6-logview: warning: unable to read z/$(stamp 20).s.gz: No such file or directory\$"

# times
mkdir t
for i in 1 2 3 4 5; do echo "$(stamp $i) $i"; done | archive t 5 s
{ echo "$(stamp 6) 6"; echo more of 6; echo "$(stamp 7) 7"; } | archive t 8 s
for i in 8 9; do echo "$(stamp $i) $i"; done >t/current
# numbers ARG...: the last words of the lines
numbers() {
	s6-logview "$@" | sed 's/.* //' | tr '\n' ' '
}
is "-s label" "$(numbers -s "$(stamp 4)" t)" "4 5 6 6 7 8 9 "
is "-u label" "$(numbers -u "$(stamp 6)" t)" "1 2 3 4 5 6 6 "
is "-s and -u" "$(numbers -s "$(stamp 3)" -u "$(stamp 7)" t)" "3 4 5 6 6 7 "
is "-s, -u and -n" "$(numbers -n 3 -s "$(stamp 3)" -u "$(stamp 7)" t)" "6 6 7 "
is "-s past the archives" "$(numbers -s "$(stamp 9)" t)" "9 "
is "-s in the future" "$(numbers -s "$(stamp 99)" t)" ""
is "-g -s date" "$(numbers -g -s '2017-01-01 00:00:08' t)" "8 9 "
is "-s date with zone" "$(numbers -s 2017-01-01T01:00:08+01:00 t)" "8 9 "
is "-s local date" "$(TZ=UTC-1 numbers -s '2017-01-01 01:00:08.0' t)" "8 9 "
is "--since, --until" "$(numbers --since=2017-01-01T00:00:02Z --until=2017-01-01T00:00:03Z t)" "2 3 "
is "-g shows dates" "$(s6-logview -g -n 1 t)" "2017-01-01 00:00:09.000000000 9"
is "-l shows local dates" "$(TZ=UTC-1 s6-logview -l -n 1 t)" "2017-01-01 01:00:09.000000000 9"
mkdir iso
printf '2017-01-01 00:00:0%d.500000000  %d\n' 1 1 2 2 3 3 >iso/current
is "ISO stamps" "$(TZ=UTC numbers -s "$(stamp 2)" -u "$(stamp 3)" iso)" "2 "
mkdir plain
echo old | archive plain 10 s
echo new | archive plain 20 s
echo now >plain/current
is "no stamps: whole archives" "$(numbers -s "$(stamp 15)" plain)" "new now "
is "no stamps, until" "$(numbers -u "$(stamp 5)" plain)" "old "

# several directories
mkdir -p x/log y/log m n
for i in 1 3 5; do echo "$(stamp $i) m$i"; done >m/current
{ echo "$(stamp 2) n2"; echo "of n2"; echo "$(stamp 4) n4"; } >n/current
is "merged by time, with names" "$(s6-logview m n | sed 's/@[^ ]* //')" "[m] m1
[n] n2
[n] of n2
[m] m3
[n] n4
[m] m5"
is "the last ones of all" "$(s6-logview -n 2 m n | sed 's/@[^ ]* //')" "[n] n4
[m] m5"
is "dates behind the names" "$(s6-logview -g -n 1 m n)" "[m] 2017-01-01 00:00:05.000000000 m5"
cp m/current x/log
cp n/current y/log
is "equal last parts: whole names" "$(s6-logview -n 2 x/log y/log | sed 's/@[^ ]* //')" "[y/log] n4
[x/log] m5"
run s6-logview m nowhere
is "one is missing: exit 111" "$rc" 111
is "one is missing: the other is printed" "$(echo "$out" | wc -l)" 3

# a very long line
mkdir long
head -c 300000 /dev/zero | tr '\0' x >long/current
echo >>long/current
echo end >>long/current
is "a long line" "$(s6-logview long | cksum)" "$(cksum <long/current)"
is "a long line among the last" "$(s6-logview -n 2 long | cksum)" "$(cksum <long/current)"
is "long lines of two" "$(s6-logview long empty | sed 's/^\[long\] //' | cksum)" "$(cksum <long/current)"

run sh -c 's6-logview long >/dev/full'
is "full output: exit 111" "$rc" 111
is "full output: message" "$err" \
	"s6-logview: fatal: unable to write to stdout: No space left on device"

newline=$(printf 'a b\nc')
for d in "$newline" -n "$(printf '%0250d' 0)"; do
	mkdir -p "./$d"
	echo x >"./$d/current"
	view "directory '$d'" x -- "$d"
done
done_testing
