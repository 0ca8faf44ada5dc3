#!/bin/sh
# Make (or refresh) the virtual environment named as argument, with docgen in it (editable) and everything at the exact
# versions of constraints.txt. The OCR extra comes along, some 270 MB unpacked, because tests of it may not be skipped;
# who only uses docgen may leave it out. Packages come from wherever pip is set up to look.
set -eu

venv=$1
if ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
    python=$(scripts/find_python.sh)
    if [ -z "$python" ]; then
        echo "需要 Python 3.11 或更高版本 / docgen needs Python 3.11 or newer: apt-get install python3-venv" >&2
        exit 1
    fi
    "$python" -m venv --clear "$venv"
fi
echo "正在安装 Python 软件包（约一分钟） / Installing Python packages (about a minute) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,esign,ocr,s3]'
