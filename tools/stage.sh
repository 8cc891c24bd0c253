#!/usr/bin/env bash
# Run one stage of the tests: say what, stop it at its limit, say how long it took.
#
#   tools/stage.sh NAME SECONDS COMMAND...
set -uo pipefail

name=$1 limit=$2
shift 2

printf '\033[1m==> %s\033[0m (at most %s s)\n' "$name" "$limit"
start=$SECONDS
timeout --kill-after=10 "$limit" "$@"
code=$?
took=$((SECONDS - start))

case $code in
    0) printf '    %s: passed in %s s\n' "$name" "$took" ;;
    124 | 137) printf '\033[31m    %s: stopped at its limit of %s s\033[0m\n' "$name" "$limit" ;;
    *) printf '\033[31m    %s: failed after %s s\033[0m\n' "$name" "$took" ;;
esac
if [ -n "${STAGES_LOG:-}" ]; then
    printf '%-24s %-7s %4s s\n' "$name" "$([ $code -eq 0 ] && echo passed || echo FAILED)" "$took" >>"$STAGES_LOG"
fi
exit $code
