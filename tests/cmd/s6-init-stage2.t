#!/bin/sh
# s6-init-stage2 on its own: it wants what s6-init gives it
. "${0%/*}/../lib.sh"

usage_ok s6-init-stage2
run s6-init-stage2 true
is "by hand" "$rc $err" "100 s6-init-stage2: fatal: must be started by s6-init"
S6_STATEDIR=$(pwd)/nowhere
export S6_STATEDIR
run sh -c 's6-init-stage2 true 3</dev/null 4<&3'
is "no state directory" "$rc $err" \
	"111 s6-init-stage2: fatal: unable to open the state directory $S6_STATEDIR: No such file or directory"
mkdir nowhere
: >nowhere/settings
mkfifo nowhere/orders
run sh -c 's6-init-stage2 true 3</dev/null 4<>nowhere/orders'
is "s6-svscan does not come to life" "$rc$out$err" 111

## signals: what stage 2 is sent itself

printf '#!/bin/sh\nexit 0\n' >ready
start2() {
	mkfifo tell 2>/dev/null
	{
		env -i "PATH=$PATH" "ASAN_OPTIONS=${ASAN_OPTIONS-}" "S6_STATEDIR=$S6_STATEDIR" s6-init-stage2 "$@" 3<tell 4<>nowhere/orders >out 2>err &
		two=$!
		exec 5>tell
	}
}
mkdir -p nowhere/service/.s6-svscan nowhere/container_environment nowhere/env-stage3
printf '%s\n' "$PATH" >nowhere/container_environment/PATH
start2 sh -c 'trap "echo told; exit 7" TERM; touch up; while :; do sleep 0.02; done'
echo >&5
ok "the CMD runs" wait_until test -e up
kill -INT $two
kill -HUP $two
kill -TERM $two
ok "TERM ends it, INT and HUP do not" wait_until grep -q told out
rc=0
wait $two || rc=$?
is "exit 0" "$rc" 0
exec 5>&-
like "its line" "$(cat out)" '^\[cmd\] sh exited 7$'
is "its code" "$(cat nowhere/env-stage3/S6_STAGE2_EXITED)" 7
like "nobody is there to be told of the stop" "$(cat err)" 's6-svscan not running on'

## a console that others have made non-blocking, full, and read late

cat >late <<'END'
use Fcntl;
pipe(R, W);
fcntl(W, F_SETFL, O_WRONLY | O_NONBLOCK);
for my $n (4096, 1) { while (syswrite(W, "\0" x $n)) {} }
if (!fork) { open(STDOUT, ">&W"); exec @ARGV; }
close(W);
select(undef, undef, undef, 0.3);
while (sysread(R, $b, 65536)) { print $b; }
END
: >up
env -i "PATH=$PATH" "ASAN_OPTIONS=${ASAN_OPTIONS-}" "S6_STATEDIR=$S6_STATEDIR" \
	perl late s6-init-stage2 sh -c 'exit 3' 3<ready 4<>nowhere/orders >out 2>err
is "a full console: no line is lost" "$(tr -d "\000" <out | sed -n '1s/.*files/files/p; $p')" \
	"files available at $S6_STATEDIR/etc...exited 0.
[cmd] sh exited 3"

done_testing
