#!/bin/sh
# What docgen needs from the system, beside Python packages. Looks first; installs only what is missing, and only as
# root on a system with apt-get. Anybody else is told the one line to run, and nothing is changed.
#
#   scripts/system_packages.sh runtime     to make papers: Python with venv, Pango, HarfBuzz
#   scripts/system_packages.sh tests       these, and what the tests ask for a second opinion: see the list below
set -eu

missing=""
need() { missing="$missing $1"; }

# A library is there when the dynamic linker can load it, whoever brought it.
has_library() { "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" >/dev/null 2>&1; }

python=$("$(dirname "$0")/find_python.sh")

look_for_runtime() {
    if [ -z "$python" ]; then
        need python3-venv
        need libpango-1.0-0
        need libpangoft2-1.0-0
        need libharfbuzz-subset0
        return
    fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv
    has_library libpango-1.0.so.0 || need libpango-1.0-0
    has_library libpangoft2-1.0.so.0 || need libpangoft2-1.0-0
    has_library libharfbuzz-subset.so.0 || need libharfbuzz-subset0
}

look_for_tests() {
    command -v pdftoppm >/dev/null 2>&1 || need poppler-utils # a second reader of our PDFs
    command -v strace >/dev/null 2>&1 || need strace # kills a filing at each system call
    command -v soffice >/dev/null 2>&1 || need libreoffice-writer-nogui # how the Word files look
    command -v javac >/dev/null 2>&1 || need openjdk-17-jdk-headless # veraPDF, which judges PDF/A, is Java
    [ -e /usr/share/java/jaxb-runtime.jar ] || need libjaxb-java
}

case "${1:-}" in
runtime) look_for_runtime ;;
tests)
    look_for_runtime
    look_for_tests
    ;;
*)
    echo "usage: $0 runtime|tests" >&2
    exit 2
    ;;
esac

if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing what the system lacks:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
{
    echo
    echo "系统缺少以下软件包，请由管理员执行下面这一行，然后重试："
    echo "The system lacks some packages. Run this line as administrator, then try again:"
    echo
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
    echo
    command -v apt-get >/dev/null 2>&1 ||
        echo "(These are Debian's names; this system has no apt-get, so install the same libraries its own way.)"
} >&2
exit 1
