#!/usr/bin/env bash
# wine.sh DEB DEB - installs the package and that of what Wine prefixes get in a scratch root, sets a prefix
# up with them and lets netsh host a network. Making the prefix takes 20 s and 700 MB.
set -u
deb=$(readlink -f "$1") || exit 2
wine_deb=$(readlink -f "$2") || exit 2
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
# shellcheck source=wine/tools.sh
. wine/tools.sh
# shellcheck source=tests/package/lib.sh
. tests/package/lib.sh
trap leave EXIT

leave() {
	[ "$BASHPID" = "$$" ] || return
	if [ -e "${WINEPREFIX:-}" ]; then
		"$WINESERVER_PROGRAM" -k
		"$WINESERVER_PROGRAM" -w
	fi
	finish
}

# --- the archive ----------------------------------------------------------

echo "-- the package for Wine"
dpkg-deb --contents "$wine_deb" >"$work/contents"
few_folders() {
	awk '$1 !~ /^d/ && $6 !~ /^\.\/usr\/(lib\/hostednet\/wine|share\/doc\/hostednet-wine|share\/lintian\/overrides)\//' \
		"$work/contents" | empty
}
plain_files() { # nothing runs by itself
	awk '$1 !~ /^(drwxr-xr-x|-rw-r--r--)$/ || $2 !~ /^(root|0)\/(root|0)$/' "$work/contents" | empty
}
depends() { says "\(^\|, \)$1\(,\|$\)" dpkg-deb --field "$wine_deb" Depends; }
release() { dpkg-deb --field "$1" Version; }
same_release() { [ "$(release "$deb")" = "$(release "$wine_deb")" ]; }
no_scripts() { dpkg-deb --ctrl-tarfile "$wine_deb" | tar -t | grep -E '(pre|post)(inst|rm)' | empty; }
check "its files are what prefixes get, and what is read" few_folders
check "they are plain files of root" plain_files
check "both packages are of one release" same_release
check "it depends on that release" depends "hostednet (= $(release "$deb"))"
check "and on Wine" depends 'wine64 | wine'
check "and on the C library" depends 'libc6 ([^,]*)'
check "nothing happens when it is installed" no_scripts

# --- its installation -----------------------------------------------------

echo "-- installation"
check "dpkg installs both" scratch_dpkg --install "$deb" "$wine_deb" || exit 1
check "dpkg calls it installed" says '^Status: install ok installed' scratch_dpkg --status hostednet-wine
check "the files are those of the package" silent scratch_dpkg --verify hostednet-wine

# --- a prefix -------------------------------------------------------------

echo "-- a prefix"
unset DISPLAY WAYLAND_DISPLAY
export HOSTEDNET_SOCKET=$work/run/control.sock WINEPREFIX=$work/prefix WINE WINEDEBUG=-all
export WINEDLLOVERRIDES='winemenubuilder.exe,mscoree,mshtml=d'
PATH=$root/usr/bin:$PATH
system32=$WINEPREFIX/drive_c/windows/system32
wine() { # through files, since Wine's services keep pipes open
	local status=0
	timeout --kill-after=5 "${LIMIT:-60}" "$WINE" "$@" </dev/null >"$work/wine.out" 2>"$work/wine.err" || status=$?
	tr -d '\r' <"$work/wine.out"
	cat "$work/wine.err" >&2
	return "$status"
}
mkdir -p "$system32" "$work/run"
# Wine's own user32.dll wants it already while the prefix is made.
[ -z "$ZLIB" ] || cp "$ZLIB" "$system32/"
LIMIT=300 wine wineboot -i >/dev/null 2>&1
"$WINESERVER_PROGRAM" -w # writes the registry
if ! check "Wine makes a prefix" test -e "$system32/kernel32.dll"; then exit 1; fi
files=$(find "$system32" | sort | sha256sum)
check "it is set up, without a word on where the files are" hostednet wine install
check "and is whole" hostednet wine status
"$root/usr/bin/hostednet" serve --radio sim --state-dir "$work/state" 2>"$work/log" &
service=$!
for _ in $(seq 200); do
	hostednet status >/dev/null 2>&1 && break
	sleep 0.05
done
check "netsh starts a network in it" says 'The hosted network started' wine netsh wlan start hostednetwork
check "which the service has" says '^State  *active' hostednet status
check "netsh stops it" says 'The hosted network stopped' wine netsh wlan stop hostednetwork
check "the prefix is freed" hostednet wine remove
as_before() { [ "$files" = "$(find "$system32" | sort | sha256sum)" ]; }
check "and holds what it held" as_before

# --- its removal ----------------------------------------------------------

echo "-- removal"
check "dpkg purges it" scratch_dpkg --purge hostednet-wine
gone() { # the manual of `hostednet wine` is the other package's
	find "$root" -path '*/man1' -prune -o \( -ipath '*hostednet*wine*' -o -name '*wlanapi.dll*' \) -print | empty
}
check "nothing of it is left" gone
no_files() { says 'apt install hostednet-wine' hostednet wine install; }
check "without it, hostednet tells where the files are to be had" no_files
