# shellcheck shell=bash
# tools.sh - read by the scripts that need Wine: finds it and what builds for it,
# installed or unpacked by tests/kernel/packages, and says where.
#
#   WINE WINESERVER_PROGRAM   run programs, end them
#   WINEGCC WINELIBS          make modules for Wine
#   MINGW MINGWXX             make programs for Windows
#
# Called from the top of the checkout. Fails when something cannot be had.

root=$(tests/kernel/packages -r)
tests/kernel/packages /usr/lib/wine/wine64:wine64 /usr/lib/wine/winegcc:wine64-tools \
	/usr/include/wine/wine/windows/windows.h:libwine-dev \
	x86_64-w64-mingw32-gcc-win32:gcc-mingw-w64-x86-64-win32 \
	x86_64-w64-mingw32-g++-win32:g++-mingw-w64-x86-64-win32

place() { # PATH: where it really is
	if [ -e "$1" ]; then echo "$1"; else echo "$root$1"; fi
}

compiler() { # NAME
	command -v "$1" || command -v "$1-win32" || echo "$root/usr/bin/$1-win32"
}

WINE=$(place /usr/lib/wine/wine64)
WINEGCC=$(place /usr/lib/wine/winegcc)
WINELIBS=$(place /usr/lib/x86_64-linux-gnu/wine)
WINEINCLUDE=$(place /usr/include/wine/wine/windows)
WINESERVER_PROGRAM=$(place /usr/lib/wine/wineserver64)
WINEBUILD=$(place /usr/lib/wine/winebuild) # winegcc asks for it
export WINEBUILD
MINGW=$(compiler x86_64-w64-mingw32-gcc)
MINGWXX=$(compiler x86_64-w64-mingw32-g++)
# Needed beside Wine's own libraries where Debian's packages are not installed.
ZLIB=
if [ "$WINE" != /usr/lib/wine/wine64 ]; then
	# Debian's wineserver is a script that looks for the real one in /usr.
	ln -sf wineserver64 "$root/usr/lib/wine/wineserver"
	export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	ZLIB=$root/usr/x86_64-w64-mingw32/lib/zlib1.dll
fi
export WINE WINEGCC WINELIBS WINEINCLUDE WINESERVER_PROGRAM MINGW MINGWXX ZLIB
