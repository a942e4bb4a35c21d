# same.sh - what the chain tools and s6-log do in many small cases, for same.t, which runs
# this beside two implementations and compares. Each case: "== NAME", all that
# its commands print, and "rc CODE".
t() {
	echo "== $1"
	(eval "$2") 2>&1
	echo "rc $?"
}
LABEL=@400000006b023d3329de9eae
vars='foreach (sort keys %ENV) { next unless /^[A-G]$|^\.hid|^X/; ($v = $ENV{$_}) =~ s/([^ -~])/sprintf("<%02x>",ord $1)/ge; print "$_=[$v]\n" }'
export vars

mkdir e
: >e/A
printf '\n' >e/B
printf 'hello  \t\r \nsecond\n' >e/C
printf 'noeol \t' >e/D
printf 'x\0y' >e/E
printf 'a\0\0' >e/F
printf 'l1\nl2\n\n' >e/G
printf 'no' >'e/X=Y'
printf h >e/.hid
for o in '' -n -f '-f -n' -L '-L -n' '-L -f' '-c x' '-c xy'; do
	t "s6-envdir $o" "A=1 s6-envdir $o e perl -e \"\$vars\""
done
t 's6-envdir: no directory' 's6-envdir nodir true'
t 's6-envdir -I: no directory' 's6-envdir -I nodir echo ok'
t 's6-envdir -I: a file' 's6-envdir -I e/A true'
t 's6-envdir -c: empty' "s6-envdir -c '' e true"
t 's6-envdir: a directory in it' 'mkdir -p e2/sub && s6-envdir e2 true'
t 's6-envdir: a dangling link' 'mkdir e3 && ln -s nowhere e3/V && s6-envdir -I e3 true'
t 's6-envdir: 4095 blanks' 'mkdir e4 && perl -e "print \" \" x 4095, \"v\n\"" >e4/V && s6-envdir e4 sh -c "echo [\$V]"'
t 's6-envdir: 5000 bytes' 'perl -e "print \"v\" x 5000" >e4/V && s6-envdir e4 sh -c "echo \${#V}"'
t 's6-envdir -L: 5000 bytes' 's6-envdir -L e4 sh -c "echo \${#V}"'
t 's6-envdir: no program' 's6-envdir e'
for p in nosuch ./nosuch /etc/passwd / "''"; do t "program $p" "s6-envdir e $p"; done

ids='env | grep -E "^(UID|GID|GIDLIST)=" | sort'
for a in daemon '-u daemon' '-g daemon' '-B daemon:bin' '-B daemon' '-B :bin' '-n daemon' '-n 1234' '-n -u 1234' \
	'-D 5:6:7,8 nosuch' '-D 5 nosuch' '-D :: nosuch' '-D 5:6: nosuch' '-D x nosuch' '-i -D 5 nosuch' '-D 5 -i nosuch' \
	nosuch '-g nosuch' '-B no1:no2' '-z x'; do
	t "s6-envuidgid $a" "GIDLIST=old s6-envuidgid $a sh -c '$ids'"
done
for a in daemon "''" 5:6 a:b :6 5: nosuch 1234 0; do t "s6-setuidgid $a" "s6-setuidgid $a sh -c 'id; $ids'"; done
t 's6-setuidgid: no program' 's6-setuidgid daemon'
for a in '-g 13 -G 4,5' '-G 4,5' "-G ''" '-u 5' '-g 5' '-u 5 -g 6' '-G 4,x' '-G x' '-u x' '-u 4294967296' '-u 4294967295' -U '-z -u 5'; do
	t "s6-applyuidgid $a" "env -u UID -u GID -u GIDLIST s6-applyuidgid $a sh -c 'id -u; id -g; id -G; id -ru'"
done
for v in 'UID=x GID=1 GIDLIST=' 'UID=1 GID=x GIDLIST=' 'UID=1 GID=1' 'UID=5 GID=6 GIDLIST=' 'UID=5 GID=6 GIDLIST=7,8'; do
	for o in -U -Uz '-u 9 -U' '-U -u 9'; do
		t "$v s6-applyuidgid $o" "env -u UID -u GID -u GIDLIST $v s6-applyuidgid $o sh -c 'id -u; id -G; $ids'"
	done
done

both='ulimit -Sn; ulimit -Hn'
for a in '-o 99' '-H -o 99' '-h -o 99' '-o 99 -H' '-o 99999999' '-o =' '-H -o 99999999' '-o -1' '-o 12k' '-o unlimited' '-o 18446744073709551616' -Z; do
	t "s6-softlimit $a" "s6-softlimit $a sh -c '$both'"
done
t 's6-softlimit -m' "s6-softlimit -m 1000000000 sh -c 'ulimit -Sd; ulimit -Ss; ulimit -Sl; ulimit -Sv'"
t 's6-softlimit, many' "s6-softlimit -c 0 -t 77 -f 1000 -p 99 sh -c 'ulimit -Sc; ulimit -St; ulimit -Sf; ulimit -Su'"

t 's6-setlock: the descriptor' "s6-setlock lk sh -c 'readlink /proc/self/fd/3 | sed s,.*/,,; stat -c %a lk'"
t 's6-setlock -d 7' "s6-setlock -d 7 lk sh -c 'readlink /proc/self/fd/7 | sed s,.*/,,'"
for o in -n '-t 50' '-n -t 50' '-r -n' '-w -r -n' '-r -t 50'; do
	t "s6-setlock $o: locked" "s6-setlock lk s6-setlock $o lk2 true; s6-setlock lk sh -c 's6-setlock $o lk true'"
done
t 's6-setlock -r beside a reader' "s6-setlock -r lk sh -c 's6-setlock -r -n lk echo both'"
t 's6-setlock: no directory' 's6-setlock nodir/lk true'
t 's6-setlock -r: no directory' 's6-setlock -r nodir/lk true'

t s6-setsid "s6-setsid sh -c '[ \$(ps -o sid= \$\$) = \$\$ ] && echo session'"
t 's6-setsid -b' "s6-setsid -b sh -c '[ \$(ps -o pgid= \$\$) = \$\$ ] && echo group'"
for o in -i -I -q --strict '-q -i' '-i -q'; do t "s6-setsid $o: is a leader" "s6-setsid s6-setsid $o echo on"; done
t 's6-setsid -f: no terminal' 's6-setsid s6-setsid -f true </dev/null'
t 's6-setsid -d x' 's6-setsid -d x true'
t 's6-setsid -z' 's6-setsid -z true'

t s6-tai64n "printf 'a\nb' | s6-tai64n ignored | sed 's/[0-9a-f]\{24\}/LABEL/'"
t 's6-tai64n: nothing' 's6-tai64n </dev/null'
t 's6-tai64n: NUL' "printf 'a\0b\n' | s6-tai64n | cut -c26- | od -An -c"
t 's6-tai64n: full' 'echo a | s6-tai64n >/dev/full'
for l in "$LABEL hi" "${LABEL}x" " $LABEL" '@3fff000000000000 x' '@8000000000000000000000000 x' '@400000006B023D3329DE9EAE' "@400000006b023d33ffffffff x" '@' ''; do
	t "s6-tai64nlocal -g: $l" "echo '$l' | s6-tai64nlocal -g"
	t "s6-tai64nlocal: $l, no newline" "printf %s '$l' | TZ=America/New_York s6-tai64nlocal"
done
t 's6-tai64nlocal -z' 's6-tai64nlocal -z'
t ucspilogd "printf '<13>hi\0<999>x\n\n<13 >y\n<-1>z\n<>\n<191>w\n<4>s' | V=val ucspilogd V W"
t 'ucspilogd -D' "printf '$LABEL <4>s\n' | ucspilogd -D und W"
t 'ucspilogd: all numbers' "seq 0 260 | sed 's/.*/<&>x/' | ucspilogd | cksum"

inp() { printf 'foo\nbar\nfoobar\n\nbaz\n'; }
for d in x n nx f1 t1 T1 11 22 = '+[' s-1 l9999999 E ^ R S r s l 'n-1' 's4096 l3000' 's99999999999'; do
	t "s6-log $d" "s6-log $d 1 </dev/null"
done
t 's6-log: no action' 's6-log f </dev/null'
for s in '- +foo 1' '- +foo p1 1 - +bar p2 1 f p3 1' '-- -foo 1' '+ - +^f.*r$ 1' 'f 1 f 1' '- 1 f p: 1' 'pa 1 p 1' '1 n5' '1 +x' \
	'-- -^$ 1' '- +[[:alpha:]]{4} 1' '- +^(foo|baz)$ 1'; do
	t "s6-log $s" "inp | s6-log $(printf "'%s' " $s)"
done
t 's6-log: alerts' "printf 'foobar\nfoo\n' | s6-log E1 2; echo foobar | s6-log E0 p: 2"
for n in 0 3 4 7; do t "s6-log ^$n" "echo abcdef | s6-log ^$n =st; od -An -c st; stat -c %a st"; done
t 's6-log: status file' 'echo x | s6-log =nodir/st'
t 's6-log: NUL' "printf 'a\0b\n' | s6-log 1 | od -An -c"
t 's6-log: long lines' "perl -e 'print \"a\" x 8193, \"\n\", \"b\" x 8192, \"\n\"' | s6-log 1 | awk '{ print length }'"
t 's6-log -l 10' "perl -e 'print \"a\" x 100, \"\n\"' | s6-log -l 10 1 | awk '{ print length }'"
t 's6-log: stamps' "echo hi | s6-log t T pfoo 1 t 1 1 | sed 's/[0-9a-f]\{24\}/LABEL/; s/ [0-9: -]*\.[0-9]*/ TIME/'"
t 's6-log: stdout fails' 'inp | s6-log 1 >/dev/full'
t 's6-log -d 2' 's6-log -d 2 1 </dev/null'
t 's6-log -d 9' 's6-log -d 9 1 </dev/null'
t 's6-log -d 3' 's6-log -d 3 1 3>ready </dev/null; od -An -c ready'
t 's6-log: no directory' 's6-log ./no/dir </dev/null'
t 's6-log: files and modes' 'seq 10 | s6-log n5 ./d; stat -c "%a %n" d d/*'
t 's6-log: locked' 's6-setlock d/lock sh -c "s6-log ./d </dev/null"'
t 's6-log: archives' 'seq 10000 11001 | s6-log n3 s4096 l2000 ./r; stat -c "%s %a" r/@*; ls r | sed "s/@.*\./@./"'
t 's6-log: s1' 'seq 100 | s6-log s1 ./c; stat -c %s c/current'
t 's6-log n0' 'seq 10000 11000 | s6-log n0 s4096 ./n0; ls n0'
t 's6-log S1' 'seq 10000 12000 | s6-log n99 s4096 S1 ./S; ls S'
for n in 2 9 x; do t "s6-socklog -d $n" "s6-socklog -d $n -x ./sock"; done
t 's6-socklog -l x' 's6-socklog -l x'
