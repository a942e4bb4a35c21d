#!/bin/sh
# s6-init-run: scripts that the kernel does not execute, and loggers
# shellcheck disable=SC2016
. "${0%/*}/../lib.sh"

usage_ok s6-init-run
run s6-init-run
is "no script: exit 100" "$rc" 100
is "no script: usage" "$err" 's6-init-run: usage: s6-init-run script [ argument... ]'

mkdir svc state
S6_STATEDIR=$PWD/state
export S6_STATEDIR
cd svc || exit 111
printf '#!/bin/sh -u\necho "$0 $*"; echo err >&2; exit 3\n' >.run
run s6-init-run ./run one 'two  three'
is "not executable: through its first line" "$rc $out" '3 ./.run one two  three'
is "its errors are errors" "$err" err
chmod +x .run
run s6-init-run run a
is "executable" "$rc $out" '3 ./.run a'
printf '#!%s\n' "$bin/s6-init-run" >run
chmod +x run
run ./run b
is "as an interpreter" "$rc $out" '3 ./.run b'
ln -sf "$bin/s6-init-run" finish
printf 'echo "bare $1"\n' >.finish
chmod +x .finish
if [ -L "$bin/s6-init-run" ]; then
	skip "as a link" "one program file: there finish is another program"
else
	run ./finish 256
	is "as a link; a script without a first line" "$rc $out" '0 bare 256'
fi
printf '#!/no/such/interpreter\n' >.bad
chmod +x .bad
run s6-init-run bad
is "no interpreter: exit 127" "$rc" 127
is "no interpreter: message" "$err" \
	's6-init-run: fatal: unable to exec ./.bad: No such file or directory'
run s6-init-run none
is "no script" "$rc $err" '127 s6-init-run: fatal: unable to exec ./.none: No such file or directory'
mkdir .dir
run s6-init-run dir
is "a directory" "$rc" 126

mkdir log
printf web >log/.prefix
run s6-init-run ./run
is "with a prefix: errors go where output goes" "$out" './.run 
err'

cd log || exit 111
printf 'a\nb\n' | s6-init-run ./run >../out
is "a logger that adds the prefix" "$(cat ../out)" '[web] a
[web] b'
cd ../.. || exit 111

# the catch-all logger, without a container: defaults
mkdir catch && cd catch || exit 111
mkfifo fifo
printf %s "$PWD/../logs" >.catch-all
echo 3 >notification-fd
mkdir ../logs
(echo line >fifo) &
started="$started $!"
exec 9<>fifo
"$bin/s6-init-run" ./run 3>../ready 2>../err &
logger=$!
started="$started $logger"
ok "the catch-all logger is ready" wait_until [ -s ../ready ]
ok "and logs" wait_until grep -q '  line$' ../logs/current
exec 9>&-
kill -HUP $logger
wait $logger
is "it ends" "$?" 0
done_testing
