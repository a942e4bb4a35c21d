# tally.sh - makes death tallies; read after lib.sh with: . "$top/tests/tally.sh"
#
#   tally DIR AGE,CODE,SIGNAL...   DIR/supervise/death_tally with these deaths,
#                                  the ages in seconds, oldest first

tally() {
	tally_file=$1/supervise/death_tally
	shift
	mkdir -p "${tally_file%/*}"
	for death; do
		age=${death%%,*} signal=${death##*,} code=${death#*,}
		code=${code%,*}
		label=$(printf '%016x075bcd15' $((4611686018427387904 + 37 + $(date +%s) - age)))
		bytes=$(printf '%s%02x%02x' "$label" "$code" "$signal" | sed 's/../0x& /g')
		# shellcheck disable=SC2086,SC2059
		printf "$(printf '\\%03o' $bytes)"
	done >"$tally_file"
}
