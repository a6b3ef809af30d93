#!/usr/bin/env bash
# shellcheck disable=SC2016
# installed.sh DEB - installs the package in a scratch root and uses what it installs. That the unit works
# under systemd is held by tests/package/systemd.sh.
set -u
deb=$(readlink -f "$1") || exit 2
packages=$(cd "$(dirname "${BASH_SOURCE[0]}")/../kernel" && pwd)/packages
# shellcheck source=tests/package/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# --- the archive ----------------------------------------------------------

echo "-- the package"
dpkg-deb --contents "$deb" | sed 's# -> .*##' >"$work/contents"
all_of_root() { awk '$2 !~ /^(root|0)\/(root|0)$/' "$work/contents" | empty; }
plain_modes() { # programs, files, folders, links: nothing setuid, nothing writable for others
	awk '$1 !~ /^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx)$/' "$work/contents" | empty
}
few_programs() {
	awk '$1 ~ /^-..x/ && $6 != "./usr/bin/hostednet" && $6 != "./usr/lib/hostednet/hostednet-ihvhost"' \
		"$work/contents" | empty
}
few_folders() { # what a package may touch
	awk '$1 !~ /^d/ && $6 !~ /^\.\/(usr|etc)\//' "$work/contents" | empty
}
conffiles() {
	dpkg-deb --info "$deb" conffiles | sort >"$work/conffiles"
	printf '%s\n' /etc/default/hostednet /etc/hostednet/policy.toml | diff - "$work/conffiles"
}
check "every file belongs to root" all_of_root
check "no file has an odd mode" plain_modes
check "the only programs are hostednet and what extensions run in" few_programs
check "files go to /usr and /etc only" few_folders
check "the administrator's files are conffiles" conffiles
check "it depends on the C library" says 'libc6' dpkg-deb --field "$deb" Depends
shlibs() { # what a program that is linked against the library depends on
	says '^libwlanapi 0 hostednet (>= ' dpkg-deb --info "$deb" shlibs
}
check "who links against the library depends on the package" shlibs
check "the loader's cache is renewed" says '^activate-noawait ldconfig$' dpkg-deb --info "$deb" triggers
if there lintian; then
	check "lintian finds no error" lintian --fail-on error "$deb"
else
	skip "lintian is not here (apt-get install lintian)"
fi

# --- its installation -----------------------------------------------------

echo "-- installation"
check "dpkg installs it" scratch_dpkg --install "$deb" || exit 1
check "dpkg calls it installed" says '^Status: install ok installed' \
	scratch_dpkg --status hostednet
check "the files are those of the package" silent scratch_dpkg --verify hostednet
has_user() { grep -q '^hostednet-ihv:.*:/nonexistent:/usr/sbin/nologin$' "$root/etc/passwd"; }
has_group() { grep -q '^hostednet:' "$root/etc/group"; }
if there systemd-sysusers; then
	check "the group hostednet is made" has_group
	check "the user of extensions is made, who cannot log in" has_user
else
	skip "systemd-sysusers is not here: group and user are not made"
fi
enabled() { # UNIT WANTED-BY
	[ -L "$root/etc/systemd/system/$2.wants/$1" ]
}
if there deb-systemd-helper; then
	check "the service is enabled" enabled hostednet.service hostednet-radio.target
	check "the stop before sleep is enabled" enabled hostednet-sleep.service sleep.target
else
	skip "deb-systemd-helper is not here: nothing is enabled"
fi
check "this machine's systemd is left alone" empty <"$work/caught.log"

# --- the service and the command line -------------------------------------

echo "-- service"
export HOSTEDNET_SOCKET=$work/run/control.sock
PATH=$root/usr/bin:$PATH
mkdir -m 755 "$work/run" "$work/etc"
# The group of the shipped policy is in the scratch root; here it is one of this machine.
sed "s/\"hostednet\"/\"$(id -gn)\"/" "$root/etc/hostednet/policy.toml" >"$work/etc/policy.toml"
chmod 644 "$work/etc/policy.toml"
serve() {
	"$root/usr/bin/hostednet" serve --radio sim --state-dir "$work/state" --policy "$work/etc/policy.toml" \
		2>"$work/log" &
	service=$!
	for _ in $(seq 200); do
		if hostednet status >/dev/null 2>&1; then return; fi
		if ! kill -0 "$service" 2>/dev/null; then break; fi
		sleep 0.05
	done
	cat "$work/log"
	return 1
}
check "the service runs with the policy as shipped" serve || exit 1
check "a network starts" says '^active: ' hostednet start
netsh=$root/usr/lib/hostednet/bin/netsh
check "netsh by its name speaks Windows' grammar" says 'Hosted network settings' "$netsh" wlan show hostednetwork
check "and refuses another context with status 1" not "$netsh" wlan show nonsense

# --- extensions -----------------------------------------------------------

echo "-- extensions"
if there gcc; then
	extension() {
		gcc -std=c11 -Wall -Wextra -Werror -shared -fPIC -pthread -I"$root/usr/include" \
			"$root/usr/share/doc/hostednet/examples/ihv/handshake.c" -o "$work/handshake.so"
	}
	check "the example extension, with the installed header" extension
	installed() { hostednet ihv install "$work/handshake.so" --name example --oui 02:ca:fe --serve-element; }
	check "it is installed: its process is found and starts" installed
	check "and listed" says example hostednet ihv list
	wrong() { # a library that is no extension
		hostednet ihv install "$root/$lib/libwlanapi.so.0" --name other --oui 02:ca:fe
	}
	check "another library is refused" not wrong
	check "it is removed" hostednet ihv remove example
else
	skip "gcc is not here: no extension is built"
fi

# --- the library ----------------------------------------------------------

echo "-- library"
soname() { says 'SONAME.*\[libwlanapi.so.0\]' readelf --dynamic "$root/$lib/libwlanapi.so.0"; }
only_ours() { # exported names; a library that exports its parts breaks those of others
	nm --dynamic --defined-only "$root/$lib/libwlanapi.so.0" | awk '$3 !~ /^(Wlan|WFD)/ { print $3 }' | empty
}
check "the link for linking leads to the library" test "$root/$lib/libwlanapi.so" -ef "$root/$lib/libwlanapi.so.0"
if there readelf && there nm; then
	check "it is bound by the name libwlanapi.so.0" soname
	check "it exports functions of the API only" only_ours
else
	skip "readelf and nm are not here (binutils)"
fi
if there gcc; then
	# /usr/include and the library folder are searched by themselves once it is really installed.
	installed_gcc() {
		gcc -std=c11 -Wall -Wextra -Werror -I"$root/usr/include" -L"$root/$lib" "$@"
	}
	example=$root/usr/share/doc/hostednet/examples/set_secondary_key.c
	check "gcc set_secondary_key.c -lwlanapi" installed_gcc "$example" -o "$work/example" -lwlanapi
	lends_key() { echo 'tea at five' | LD_LIBRARY_PATH=$root/$lib "$work/example"; }
	check "it sets the key" lends_key
	check "which the service has" says '"key":"tea at five"' hostednet key show --json
	for source in "$root"/usr/share/doc/hostednet/examples/*.c; do
		check "gcc ${source##*/}" installed_gcc "$source" -o "$work/other" -lwlanapi -lpthread
	done
	cat >"$work/windows.c" <<-'E'
		#include <windows.h>
		#include <wlanapi.h>
		int main(void)
		{
		    DWORD version;
		    HANDLE client;
		    if (WlanOpenHandle(2, NULL, &version, &client) != ERROR_SUCCESS)
		        return 1;
		    return WlanCloseHandle(client, NULL) == ERROR_SUCCESS ? 0 : 2;
		}
	E
	if there pkg-config; then
		with_pkg_config() {
			local flags
			flags=$(PKG_CONFIG_LIBDIR=$root/$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
				PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
				pkg-config --cflags --libs wlanapi) || return
			# shellcheck disable=SC2086
			gcc -Wall -Werror "$work/windows.c" -o "$work/windows" $flags &&
				LD_LIBRARY_PATH=$root/$lib "$work/windows"
		}
		check "a program that begins with windows.h, by pkg-config" with_pkg_config
	else
		skip "pkg-config is not here"
	fi
else
	skip "gcc is not here: the library is not linked against"
fi
if there python3; then
	python_example() {
		LD_LIBRARY_PATH=$root/$lib python3 \
			"$root/usr/share/doc/hostednet/examples/python/hosted_network.py" status
	}
	check "the Python example finds the network" says 'active' python_example
else
	skip "python3 is not here"
fi
stop() {
	kill -TERM "$service" && wait "$service"
}
check "the service ends with status 0" stop
service=

# --- manual pages, completions --------------------------------------------

echo "-- manual, completions"
cp -r "$root/usr/share/man" "$work/man"
gunzip --recursive "$work/man"
pages_render() { # every page, without a warning
	local page
	for page in "$work"/man/man?/*; do
		if there man; then
			silent sh -c 'LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l "$1" >/dev/null' sh "$page" || return
		else
			silent groff -man -Tutf8 -wall -z "$page" || return
		fi
	done
}
if there man || there groff; then
	check "all $(find "$work/man" -type f | wc -l) manual pages render without a warning" pages_render
else
	skip "neither man nor groff is here: the manual pages are not rendered"
fi
bash_completes() {
	bash -c '. "$1"; COMP_WORDS=(hostednet st); COMP_CWORD=1; _hostednet hostednet st hostednet
		echo "${COMPREPLY[*]}"' bash "$root/usr/share/bash-completion/completions/hostednet"
}
check "bash completes a command" says 'start.*status.*stop\|start stop status' bash_completes
# Shells that are not here are fetched and unpacked, not installed.
fetched=
if there apt-get && "$packages" zsh:zsh fish:fish >"$work/out" 2>&1; then
	fetched=$("$packages" -r)
fi
shell() { # NAME ARG...
	local name=$1
	shift
	if there "$name"; then
		"$name" "$@"
	else
		LD_LIBRARY_PATH=$fetched/usr/lib/x86_64-linux-gnu "$fetched/usr/bin/$name" "$@"
	fi
}
if there zsh || [ -n "$fetched" ]; then
	check "zsh reads its completions" shell zsh -n "$root/usr/share/zsh/vendor-completions/_hostednet"
else
	skip "zsh is not here and cannot be fetched: its completions are not read"
fi
if there fish || [ -n "$fetched" ]; then
	# shellcheck disable=SC2016
	check "fish completes a command" says '^status' \
		shell fish -c 'source $argv[1]; complete --do-complete "hostednet st"' \
		"$root/usr/share/fish/vendor_completions.d/hostednet.fish"
else
	skip "fish is not here and cannot be fetched: its completions are not read"
fi

# --- systemd --------------------------------------------------------------

echo "-- systemd"
verified() { # the units as installed, but for the program's place
	mkdir -p "$work/units" || return
	local unit
	for unit in "$root"/usr/lib/systemd/system/*; do
		sed "s#/usr/bin/hostednet#$root&#" "$unit" >"$work/units/${unit##*/}" || return
	done
	silent systemd-analyze --man=no verify "$work"/units/*
}
exposure() { # UNIT, MOST in tenths
	systemd-analyze security --offline=true --threshold="$2" "$root/usr/lib/systemd/system/$1" |
		sed -n 's/^→ //p'
	return "${PIPESTATUS[0]}"
}
folders() {
	scratch systemd-tmpfiles --version >/dev/null # the caught one is of no use here
	local real
	real=$(PATH=${PATH#"$work/caught:"} command -v systemd-tmpfiles) || return
	fakeroot "$real" --root="$root" --create hostednet.conf || return
	[ "$(stat -c %a "$root/var/lib/hostednet")" = 700 ] && [ "$(stat -c %a "$root/run/hostednet")" = 755 ]
}
if there systemd-analyze; then
	check "systemd finds nothing wrong with the units" verified
	for limit in hostednet.service:28 hostednet-sleep.service:12; do
		if check "exposure of ${limit%:*} is at most ${limit#*:} of 100" exposure "${limit%:*}" "${limit#*:}"; then
			sed 's/^/      /' "$work/out"
		fi
	done
else
	skip "systemd-analyze is not here: the units are not verified"
fi
if there systemd-tmpfiles; then
	check "the state folder is private" folders
else
	skip "systemd-tmpfiles is not here"
fi

# --- its upgrade, its removal ----------------------------------------------------------

echo "-- removal"
echo '# ours' >>"$root/etc/hostednet/policy.toml"
upgrades() { scratch_dpkg --install "$deb" && grep -q '^# ours$' "$root/etc/hostednet/policy.toml"; }
check "an upgrade keeps the administrator's policy" upgrades
mkdir -p "$root/var/lib/hostednet"
: >"$root/var/lib/hostednet/settings.toml"
check "dpkg removes it" scratch_dpkg --remove hostednet
keeps() { [ -e "$root/etc/hostednet/policy.toml" ] && [ -e "$root/var/lib/hostednet/settings.toml" ]; }
check "the administrator's files and the keys stay" keeps
check "dpkg purges it" scratch_dpkg --purge hostednet
gone() { # of ours nothing, but the group's entry, which Debian keeps
	find "$root" -ipath '*hostednet*' -o -name '*wlanapi*' | empty
}
check "nothing is left" gone
