#!/usr/bin/env bash
# Make sure that programs are here; install their Debian packages if we may, say which if not.
#
#   tools/need.sh chromium:chromium turnserver:coturn
#
# Each argument is PROGRAM:PACKAGE. Nothing is fetched or changed while all programs are found.
set -euo pipefail

# Some of them are where only root's PATH leads, or, as PostgreSQL's, nobody's.
PATH=$PATH:/usr/sbin:/sbin
for bin in /usr/lib/postgresql/*/bin; do PATH=$PATH:$bin; done

missing=()
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. Install them with your system's package manager, then try again." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages. Install them, then try again:" >&2
    echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "==> Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null

# The tests start servers of their own. Do not leave any running that nobody asked for.
for service in coturn postgresql redis-server; do
    if [[ " ${missing[*]} " == *" $service "* && -d /run/systemd/system ]]; then
        systemctl disable --quiet --now "$service"
    fi
done
