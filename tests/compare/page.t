#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page in a browser: it is whole, it needs no network, and what logs say stays text in it.
#
# shellcheck disable=SC2016 # for inner shells
set -eu

cd "$(dirname "$0")/../.."
chromium=$(command -v chromium || command -v chromium-browser || :)
[ -n "$chromium" ] || {
	echo "1..0 # SKIP no chromium"
	exit 0
}
. tests/compare/lib.sh

check() { # NAME COMMAND...
	name=$1
	shift
	status=0
	"$@" >"$work/out" 2>&1 || status=$?
	ok "$status" "$name"
}

tests/compare/mix.pl --step 400 600 >"$work/a"
tests/compare/mix.pl --step 400 --ours --enriched 600 | sed -e '200,260d' -e 's/a0="ls"/a0="<script>document.title=1<\/script>"/' \
	>"$work/b"
"$build/san/autrail" compare --html "$work/page.html" "$work/a" "$work/b" >/dev/null || :
timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir="$work/profile" \
	--dump-dom "file://$work/page.html" >"$work/dom" 2>"$work/err" || :
rects=$(grep -c '<rect' "$work/dom" || :)
check "the verdict is there" grep -q '<h1>DIFFERENT' "$work/dom"
check "the time line is there ($rects bars)" test "$rects" -ge 200
check "to its end" grep -q '</main>' "$work/dom"
check "its title is ours" grep -q '<title>autrail compare</title>' "$work/dom"
check "text of a log is text" grep -q '&lt;script&gt;document.title=1' "$work/dom"
check "the browser has nothing to say" sh -c '! grep CONSOLE "$1"' - "$work/err"
check "it names no other place" sh -c '! grep -Eo "(src=|href=|url[(])[^ >]*" "$1"' - "$work/page.html"
finish
