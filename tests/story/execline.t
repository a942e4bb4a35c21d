#!/bin/sh
# A service as upstream's documentation has it: run, finish and its logger in execline, nginx
# in the foreground as www-data, reloaded, stopped by SIGQUIT.
. "${0%/*}/../lib.sh"
[ "$(id -u)" = 0 ] || skip_all 'not root'
id www-data >/dev/null 2>&1 || skip_all 'no user www-data here'
for p in nginx execlineb curl; do command -v $p >/dev/null || skip_all "no $p here"; done
su -s /bin/sh www-data -c "test -x $bin/s6-setuidgid && test -x $PWD" 2>/dev/null || {
	chmod a+x . .. 2>/dev/null
	su -s /bin/sh www-data -c "test -x $bin/s6-setuidgid && test -x $PWD" 2>/dev/null ||
		skip_all "www-data may not run $bin"
}

mkdir -p www sd/web/log log
echo hello >www/index.html
chown www-data www log
for try in 1 2 3 4 5 6 7 8 9; do
	port=$((20000 + ($$ * 10 + try) % 40000))
	curl -s -o /dev/null "http://127.0.0.1:$port/" || break
done
cat >nginx.conf <<END
pid $PWD/www/pid;
error_log stderr notice;
events {}
http {
	access_log off;
	client_body_temp_path $PWD/www/body;
	proxy_temp_path $PWD/www/proxy;
	fastcgi_temp_path $PWD/www/fastcgi;
	uwsgi_temp_path $PWD/www/uwsgi;
	scgi_temp_path $PWD/www/scgi;
	server { listen 127.0.0.1:$port; root $PWD/www; }
}
END
chmod a+r nginx.conf www/index.html
cat >sd/web/run <<END
#!/usr/bin/execlineb -P
fdmove -c 2 1
s6-setuidgid www-data
nginx -c $PWD/nginx.conf -e stderr -g "daemon off;"
END
cat >sd/web/finish <<END
#!/usr/bin/execlineb -S0
foreground { echo finish: \$@ }
exit 0
END
cat >sd/web/log/run <<END
#!/usr/bin/execlineb -P
s6-setuidgid www-data
s6-log -b n3 s100000 T $PWD/log
END
chmod +x sd/web/run sd/web/finish sd/web/log/run
echo SIGQUIT >sd/web/down-signal
echo 5000 >sd/web/timeout-kill
[ -x /usr/bin/execlineb ] || sed -i "1s,/usr/bin/execlineb,$(command -v execlineb)," sd/web/run sd/web/finish sd/web/log/run

scan sd
served() { [ "$(curl -s "http://127.0.0.1:$port/")" = hello ]; }
ok 'nginx serves' wait_until served || diag "$(cat log/current)"
master=$(s6-svstat -o pid sd/web)
is 'as www-data' "$(stat -c %U "/proc/$master")" www-data
ok 'it is nginx itself that is supervised' grep -qa '^nginx: master' "/proc/$master/cmdline"
ok 'its logger logs' wait_until grep -q 'start worker process' log/current
ok 'stamped' grep -qE '^[0-9-]{10} [0-9:.]{18}  ' log/current
old=$(pgrep -P "$master")
s6-svc -h sd/web
reloaded() { new=$(pgrep -P "$master") && [ "$new" != "$old" ] && served; }
ok 'SIGHUP: new workers, the same master' wait_until reloaded
is 'still it' "$(s6-svstat -o pid sd/web)" "$master"
s6-svc -wR -r -T 20000 sd/web 2>/dev/null
ok 'restarted, serves' wait_until served
run s6-svc -wD -T 20000 -d sd/web
is 'stopped by SIGQUIT, which it takes as an order' "$rc,$(s6-svstat -o up,exitcode sd/web)" '0,false 0'
ok 'finish was told' wait_until grep -qE "finish: 0 0 web $(s6-svstat -o pid sd/web | sed 's/.*/[0-9]+/')" log/current
s6-svscanctl -t sd
scan_ended
is 'all ends' "$rc" 0
done_testing
