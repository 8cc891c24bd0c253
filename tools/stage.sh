#!/usr/bin/env bash
# Run one stage of the tests: say what, stop it at its limit, say how long it took.
#
#   tools/stage.sh NAME SECONDS COMMAND...
set -uo pipefail

name=$1 limit=$2
shift 2

bold='' red='' plain=''
if [ -t 1 ]; then
    bold=$'\033[1m' red=$'\033[31m' plain=$'\033[0m'
else
    export NO_COLOR=1
fi

echo "${bold}==> $name${plain} (at most $limit s)"
start=$SECONDS
timeout --kill-after=10 "$limit" "$@"
code=$?
took=$((SECONDS - start))

case $code in
    0) echo "    $name: passed in $took s" ;;
    124 | 137) echo "${red}    $name: stopped at its limit of $limit s${plain}" ;;
    *) echo "${red}    $name: failed after $took s${plain}" ;;
esac
if [ -n "${STAGES_LOG:-}" ]; then
    printf '%-24s %-7s %4s s\n' "$name" "$([ $code -eq 0 ] && echo passed || echo FAILED)" "$took" >>"$STAGES_LOG"
fi
exit $code
