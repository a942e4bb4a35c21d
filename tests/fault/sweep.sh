# sweep.sh - for the tests that disturb a program at each of its system calls;
# read after lib.sh. LONG=1 asks for more of it; FAULT_EVERY=N for each N-th trial only.
#
#   sweep NAME LEAST TOOL OPTION... MODE
#       TOOL (tests/tool/sweep-...) must survive all that it tries, at least LEAST
#       times. One line for the figure sheet: "figure: NAME: SURVIVED/TRIED", with
#       ", every N-th from M on" where it is a sample: another one each day.
#   every [N]        only each N-th trial from here on, or as at first
#   errno_of WORD    its number

tool=${SEXTET_TREE:-$top/build/check}/tests/tool
: "${LONG=}" "${FAULT_EVERY=1}"
export FAULT_EVERY
at_first=$FAULT_EVERY
"$tool/nth" kill 3 true || skip_all 'no ptrace here'

every() {
	FAULT_EVERY=${1-$at_first}
	[ "$FAULT_EVERY" -ge "$at_first" ] || FAULT_EVERY=$at_first
}

errno_of() {
	case $1 in
	EPERM) echo 1 ;; ENOENT) echo 2 ;; EINTR) echo 4 ;; EIO) echo 5 ;; EAGAIN) echo 11 ;;
	ENOMEM) echo 12 ;; EACCES) echo 13 ;; ENFILE) echo 23 ;; EMFILE) echo 24 ;;
	ENOSPC) echo 28 ;; EROFS) echo 30 ;; ENOSYS) echo 38 ;; EDQUOT) echo 122 ;;
	esac
}

sweep() {
	sweep_name=$1 least=$2
	shift 2
	sweep_tool=$1 sweep_every=$FAULT_EVERY sweep_from=''
	shift
	case $* in
	*freeze) FAULT_EVERY=1 ;;	# they are few
	*) [ "$FAULT_EVERY" = 1 ] || sweep_from=$((1 + $(date +%-j) % FAULT_EVERY)) ;;
	esac
	"$tool/$sweep_tool" -j 4 ${sweep_from:+-f "$sweep_from"} "$@" >sweep.out 2>&1
	set -- $(tail -n 1 sweep.out)
	sweep_sample=''
	[ -z "$sweep_from" ] || sweep_sample=", every $FAULT_EVERY-th from $sweep_from on"
	diag "figure: $sweep_name: ${2-0}/${3-0}$sweep_sample"
	is "$sweep_name: survived" "${2-0} of ${3-0}" "${3-0} of ${3-0}" || diag "$(head -n 40 sweep.out)"
	ok "$sweep_name: often enough" [ $(((${3-0} + 1) * FAULT_EVERY)) -ge "$least" ]
	FAULT_EVERY=$sweep_every
}
