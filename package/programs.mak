# Every program: its folder and name, one a line, sorted within its folder. The only list.
# PARTS_NAME: further sources of that program, without .c. LIBS_NAME: extra libraries.

PROGRAMS := \
	chain/s6-applyuidgid \
	chain/s6-envdir \
	chain/s6-envuidgid \
	chain/s6-setlock \
	chain/s6-setsid \
	chain/s6-setuidgid \
	chain/s6-softlimit \
	container/fix-attrs \
	container/logutil-newfifo \
	container/logutil-service \
	container/printcontenv \
	container/s6-halt \
	container/s6-healthcheck \
	container/s6-init \
	container/s6-init-run \
	container/s6-init-stage2 \
	container/s6-init-stage3 \
	container/with-contenv \
	container/with-retries \
	control/s6-background-watch \
	control/s6-notify-fd-from-socket \
	control/s6-notify-socket-from-fd \
	control/s6-notifyoncheck \
	control/s6-permafailon \
	control/s6-svc \
	control/s6-svdt \
	control/s6-svdt-clear \
	control/s6-svlink \
	control/s6-svlisten \
	control/s6-svlisten1 \
	control/s6-svok \
	control/s6-svperms \
	control/s6-svstat \
	control/s6-svunlink \
	control/s6-svwait \
	event/s6-cleanfifodir \
	event/s6-ftrig-listen \
	event/s6-ftrig-listen1 \
	event/s6-ftrig-notify \
	event/s6-ftrig-wait \
	event/s6-mkfifodir \
	log/s6-log \
	log/s6-logview \
	log/s6-socklog \
	log/s6-tai64n \
	log/s6-tai64nlocal \
	log/ucspilogd \
	scan/s6-svscan \
	scan/s6-svscanboot \
	scan/s6-svscanctl \
	supervise/s6-supervise

PARTS_fix-attrs := container/fix-apply
PARTS_logutil-service := container/logwords
PARTS_s6-ftrig-listen1 := event/one
PARTS_s6-ftrig-wait := event/one
PARTS_s6-log := log/archive log/dfa log/ere log/input log/journal log/lines log/logdir log/out \
	log/processor log/record log/recover log/script log/select log/start log/stamp log/status \
	log/stdout
PARTS_s6-logview := log/logview-dir log/logview-tail log/logview-time
PARTS_s6-socklog := log/socklog-listen log/socklog-message
PARTS_s6-supervise := supervise/adopt supervise/end supervise/machine supervise/service \
	supervise/start supervise/steps supervise/sweep supervise/upgrade
PARTS_s6-svstat := control/svstat-print
PARTS_s6-svscan := scan/adopt scan/children scan/command scan/kill scan/regain scan/scan scan/start \
	scan/stop scan/upgrade
PARTS_s6-halt := container/container container/order
PARTS_s6-init := container/container container/attend container/contlog container/initrun \
	container/order container/place container/tree
PARTS_s6-init-run := container/container container/interpret container/logwords
PARTS_s6-init-stage2 := container/attend container/cmd container/container container/contlog \
	container/initrun container/interpret container/live container/logwords container/order \
	container/output container/scripts container/services container/setup
PARTS_s6-init-stage3 := container/attend container/container container/end container/order \
	container/scripts container/interpret

# Further names of programs when all are one file; not installed in bindir, where
# they would shadow others: files of a container lead to them.
ALIASES := \
	SIGINT=s6-halt \
	SIGPWR=s6-halt \
	SIGQUIT=s6-halt \
	SIGTERM=s6-halt \
	SIGUSR1=s6-halt \
	SIGUSR2=s6-halt \
	SIGWINCH=s6-halt \
	finish=s6-init-stage3 \
	halt=s6-halt \
	init=s6-init \
	poweroff=s6-halt \
	reboot=s6-halt \
	run=s6-init-run \
	shutdown=s6-halt \
	stopping=s6-halt \
	with-contenv-legacy=with-contenv
