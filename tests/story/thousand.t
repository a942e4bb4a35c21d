#!/bin/sh
# A thousand services: started, all killed at once, all their supervisors killed
# at once, half of both, stopped. Nothing is missing, doubled or left over.
. "${0%/*}/../lib.sh"

N=1000
WAIT=60

mkdir sd
printf '#!/bin/sh\nexec sleep 1000\n' >run
chmod +x run
i=0
while [ $i -lt $N ]; do
	i=$((i + 1))
	echo "sd/s$i"
done >names
xargs mkdir <names
xargs -n 200 sh -c 'for d; do ln run "$d/run"; done' - <names

now_ms() {
	date +%s%3N
}
# Every process of the tree has its service directory as its working directory:
# "PID DIR" of each. One find looks at all.
list() {
	find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$PWD/sd/s*" \
		-printf '%h %l\n' 2>/dev/null | sed 's|^/proc/||' | sort >all
	pgrep -f '^s6-supervise s[0-9]+$' -P "$scanner" | sort >supervisors
	join -v 1 all supervisors >services
}
# "services, their directories, supervisors"
census() {
	list
	echo "$(wc -l <services) $(cut -d ' ' -f 2 services | sort -u | wc -l) $(wc -l <supervisors)"
}
is_full() {
	[ "$(census)" = "$N $N $N" ]
}

start=$(now_ms)
scan sd 2>messages
ok "start: each once" wait_until is_full
diag "up after less than $(($(now_ms) - start)) ms"

cut -d ' ' -f 1 services >victims
start=$(now_ms)
xargs kill -KILL <victims
renewed() {
	is_full && cut -d ' ' -f 1 services | sort >now && [ -z "$(comm -12 victims now)" ]
}
ok "all services killed: each is back once" wait_until renewed
diag "back after less than $(($(now_ms) - start)) ms"

cp services services.before
cp supervisors supervisors.before
start=$(now_ms)
xargs kill -KILL <supervisors.before
replaced() {
	is_full && [ -z "$(comm -12 supervisors.before supervisors)" ]
}
ok "all supervisors killed: as many new ones" wait_until replaced
diag "back after less than $(($(now_ms) - start)) ms"
ok "their services are the same processes" cmp services services.before

awk 'NR % 2' supervisors >half
awk 'NR % 2 { print $1 }' services >>half
sort -o victims half
xargs kill -KILL <victims
rebuilt() {
	is_full && cut -d ' ' -f 1 services | sort - supervisors >now \
		&& [ -z "$(comm -12 victims now)" ]
}
ok "half of the supervisors and of the services killed: all back, none doubled" \
	wait_until rebuilt

start=$(now_ms)
s6-svscanctl -t sd
rc=0
wait "$scanner" || rc=$?
diag "stopped in $(($(now_ms) - start)) ms"
is "stop: exit 0" "$rc" 0
is "stop: nothing is left" "$(census)" "0 0 0"
is "no complaint of the scanner" "$(grep '^s6-svscan:' messages)" ''
started=''

done_testing
