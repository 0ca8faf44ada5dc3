#!/bin/sh
# Print the name of a Python that docgen runs on (3.11 or newer), or nothing.
for name in python3.11 python3 python3.12 python3.13 python3.14; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$name"
        exit 0
    fi
done
