#!/bin/sh
# doc/migrating-from-supervisord.md: every command in it is run, and every line and file that its
# first table has for a key of supervisord.conf is put into a container and does what that key did.
. "${0%/*}/../lib.sh"
. "$top/tests/container/box.sh"
. "$top/tests/container/docs.sh"
guide migrating-from-supervisord
inline migrating-from-supervisord

# cell KEY N: the Nth word between backquotes on the right of the row that begins with KEY
cell() {
	sed 's/\\|\\|/OR/' "$top/doc/migrating-from-supervisord.md" |
		awk -F ' [|] ' -v key="$1" -v n="$2" '
			index($0, "| `" key) == 1 || index($0, "| " key) == 1 { split($2, piece, "`"); sub(/OR/, "||", piece[2 * n]); print piece[2 * n]; exit }' >piece
	grep -q . piece || echo "$1, $2" >>nothing
	cat piece >>pieces
	cat piece
}

new_root t debian
dir=t$(cell '[program:web]' 1)
like 'a service is a directory of services.d' "$dir" '^t/etc/services[.]d/web/$'
all=${dir%web/}

script "$dir/$(cell 'command=nginx' 1)" '#!/bin/sh' "$(cell 'command=nginx' 2)"

mkdir -p t/srv t/var/log/web
chmod 777 t/var/log/web
script t/usr/local/bin/app '#!/bin/sh' 'trap "echo got QUIT; exit 0" QUIT' \
	'echo "$(pwd) $(id -un) A=$A FROM=$FROM OTHER=$OTHER" >&2' 'while :; do sleep 0.1; done'
echo 'OTHER=two' >t/etc/app.env
script "${all}app/run" "$(cell 'the container' 1)" "$(cell 'redirect_stderr' 1)" '. /etc/app.env' 'export OTHER' \
	"$(cell 'directory=' 1)" "$(cell 'environment=' 1)" "$(cell 'user=' 1)"
echo "$(cell 'stopsignal' 2)" >"${all}app/$(cell stopsignal 1)"
echo "$(cell 'stopwaitsecs' 2)" >"${all}app/$(cell stopwaitsecs 1)"
script "${all}app/$(cell 'stdout_logfile=/var' 1)" '#!/bin/sh' "$(cell 'stdout_logfile=/var' 2)"

script "${all}off/run" '#!/bin/sh' 'exec sleep 1000'
: >"${all}off/$(cell autostart=false 1)"

script "${all}once/run" '#!/bin/sh' 'exit 3'
script "${all}once/$(cell autorestart=false 1)" '#!/bin/sh' "$(cell autorestart=false 2)"

# ends well at its second start, and not at its first
script "${all}until/run" '#!/bin/sh' 'if [ -e /until ]; then echo until: well; exit 0; fi' 'touch /until' 'exit 1'
script "${all}until/$(cell autorestart=unexpected 1)" '#!/bin/sh' "$(cell autorestart=unexpected 2)"

script "${all}fails/run" '#!/bin/sh' 'echo fails: begins' 'exit 1'
echo "$(cell startsecs 2)" >"${all}fails/$(cell startsecs 1)"

script "${all}leaves/run" '#!/bin/sh' 'sleep 98765 &' 'echo leaves: begins' 'exec sleep 1000'
: >"${all}leaves/$(cell stopasgroup 1)"

script "${all}db/run" '#!/bin/sh' 'exec 4>&3' 'until [ -e /go ]; do sleep 0.1; done' 'echo db: ready' 'echo >&4' 'exec sleep 1000'
echo 3 >"${all}db/notification-fd"
script "${all}later/$(cell priority 2)" '#!/bin/sh' "$(cell priority 1)" 'echo later: begins' 'exec sleep 1000'

script "${all}vital/run" '#!/bin/sh' 'exec sleep 1000'
: >"${all}vital/$(cell '[eventlistener]' 1)"

: >>nothing
is 'the table has all that' "$(cat nothing)" ''

box t t FROM=outside
up() { said_by t "$1"; }
has() { grep -qs "$1" t/var/log/web/current; }
svstat() { box_exec t s6-svstat -o "$1" "/run/service/$2"; }
state() { svstat "$1" "$2"; [ "$out" = "$3" ]; }

ok 'command: nginx runs' wait_until state up web true
box_exec t sh -c 'tr "\0" " " </proc/$(s6-svstat -o pid /run/service/web)/cmdline'
like 'in the foreground' "$out" 'nginx -g daemon off;'
ok 'its log has its standard error; directory, user, environment' wait_until has '/srv www-data A=1 FROM=outside OTHER=two$'
ok 'autostart=false: is down' state up,wantedup off 'false false'
ok 'autorestart=false: stays down' wait_until state up,wantedup once 'false false'
ok 'autorestart=unexpected: came back after a failure' wait_until said_by t 'until: well'
ok 'and not after a success' wait_until state up,wantedup until 'false false'
ok 'startretries: it gives up' wait_until state up,wantedup fails 'false false'
is 'after three starts' "$(grep -c '^fails: begins' t.out t.err | awk -F : '{ n += $2 } END { print n }')" 3
notok 'priority: who comes later waits' said_by t 'later: begins'
box_exec t touch /go
ok 'for who comes first' wait_until said_by t 'later: begins'
is 'in this order' "$(cat t.out t.err | grep -E '^(db: ready|later: begins)')" "db: ready
later: begins"
twice() { [ "$(cat t.out t.err | grep -c '^leaves: begins')" = 2 ]; }
box_exec t s6-svc -k /run/service/leaves
ok 'autorestart=true: a killed one comes back' wait_until twice
box_exec t sh -c 'n=0; for f in /proc/[0-9]*/cmdline; do case $(tr "\0" " " <$f) in "sleep 98765 ") n=$((n + 1)) ;; esac; done 2>/dev/null; echo $n'
is 'killasgroup: what it left is gone' "$out" 1
box_exec t s6-svc -wd -T 5000 -d /run/service/app
is 'stopsignal: down' "$rc" 0
ok 'stopsignal: QUIT' wait_until has 'got QUIT$'
box_exec t s6-svc -k /run/service/vital
box_end t
is 'eventlistener: its end is that of the container' "$rc" 137
box_remove t
is 'no line of the guide is left' "$(sort -u migrating-from-supervisord.lines | while read -r l; do grep -qxF -e "$l" pieces || echo "$l"; done)" ''
done_testing
