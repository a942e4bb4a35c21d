#!/bin/sh
# What was never made by a supervisor has the name of one of its files when it starts: it takes
# the service in hand all the same, and its status is true; or it refuses, in one line, and has
# started nothing. What somebody put into a directory is not lost.
. "${0%/*}/../lib.sh"

# strange FILE KIND: a fresh ./web whose supervise/FILE is such a thing
strange() {
	rm -rf web
	service web
	mkdir web/supervise
	f=web/supervise/$1
	case $2 in
	'an empty directory') mkdir "$f" ;;
	'a directory') mkdir -p "$f/precious" ;;
	'a FIFO') mkfifo "$f" ;;
	'a loop') ln -s "$1" "$f" ;;
	'a link to a file') echo precious >precious && ln -s ../../precious "$f" ;;
	'a hard link') echo precious >precious && ln precious "$f" ;;
	'a socket') (cd web/supervise && perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' "$1") ;;
	'a short file') echo x >"$f" ;;
	zeros) head -c 64 /dev/zero >"$f" ;;
	esac
	[ -e "$f" ] || [ -h "$f" ] || skip_all "cannot make $2"
}
precious() { [ ! -e precious ] || [ "$(cat precious)" = precious ]; }

for file in status status.new death_tally control-x; do
	for kind in 'an empty directory' 'a directory' 'a FIFO' 'a loop' 'a link to a file' 'a hard link' 'a socket' 'a short file' zeros; do
		rm -f precious
		strange $file "$kind"
		supervise web 2>err
		ok "$file is $kind: up" wait_until is_up web || diag "$(cat err)"
		s6-svc -p web 2>>err
		ok 'and true later' wait_until is_state web paused true || diag "$(s6-svstat web)"
		s6-svc -c web
		s6-svc -dx web
		wait "$sup"
		ok 'what it led to is as it was' precious
		[ "$kind" != 'a directory' ] || ok 'what was in it is somewhere' [ -n "$(find web -name precious)" ]
	done
done

for file in child lock control; do
	for kind in 'an empty directory' 'a directory' 'a FIFO' 'a loop' 'a socket'; do
		[ "$file $kind" != 'control a FIFO' ] || continue
		strange $file "$kind"
		printf '#!/bin/sh\ntouch started\n' >web/run
		run timeout 10 s6-supervise web
		case $file in control) want=100 ;; *) want=111 ;; esac
		is "$file is $kind: refused" "$rc.$(printf '%s\n' "$err" | grep -c "^s6-supervise web: fatal: .*supervise/$file")" $want.1
		notok 'nothing runs' [ -e web/started ]
	done
done
done_testing
