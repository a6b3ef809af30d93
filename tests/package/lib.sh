# shellcheck shell=bash disable=SC2034
# lib.sh - read by the scripts that install packages in a scratch root. Nothing outside of a temporary
# folder is touched: dpkg works below the scratch root (--root), as the pretended root of fakeroot; the
# maintainer scripts run for real with DPKG_ROOT set.
#
# Each line that `check` and `skip` print is a check: "ok", "FAIL" or "SKIP", two blanks, words.
work=$(mktemp -d)
root=$work/root
lib=usr/lib/x86_64-linux-gnu
service=
failures=0
trap finish EXIT

finish() {
	[ "$BASHPID" = "$$" ] || return
	if [ -n "$service" ]; then kill "$service" 2>/dev/null; fi
	rm -rf "$work"
	[ "$failures" -eq 0 ] || exit 1
}

check() { # WORDS COMMAND...
	local words=$1 status=0
	shift
	"$@" >"$work/out" 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		echo "ok    $words"
	else
		echo "FAIL  $words (status $status)"
		sed 's/^/      /' "$work/out" | tail -n 30
		failures=$((failures + 1))
	fi
	return "$status"
}
skip() { echo "SKIP  $*"; }
there() { command -v "$1" >/dev/null; }
silent() { # COMMAND...: succeeds and says nothing
	local said
	said=$("$@" 2>&1) || { echo "$said"; return 1; }
	[ -z "$said" ] || { echo "$said"; return 1; }
}
says() { # PATTERN COMMAND...
	local pattern=$1 said
	shift
	said=$("$@" 2>&1)
	grep -q -e "$pattern" <<<"$said" || { printf '%s\n' "no \"$pattern\" in:" "$said"; return 1; }
}
empty() { # words on standard input are too many
	local said
	said=$(cat)
	[ -z "$said" ] || { echo "$said"; return 1; }
}
not() { ! "$@"; }

# The scratch root: what would reach this machine's systemd is caught.
mkdir -p "$work/caught" "$root/var/lib/dpkg/"{info,updates,triggers} "$root/etc" "$root/run"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
for name in systemctl deb-systemd-invoke systemd-tmpfiles udevadm; do
	cat >"$work/caught/$name" <<-E
		#!/bin/sh
		echo "$name \$*" >>"$work/caught.log"
	E
	chmod 755 "$work/caught/$name"
done
: >"$work/caught.log"
scratch() { # COMMAND...: as the root of the scratch root; owners last from one to the next
	local state=$work/fakeroot.state
	[ -e "$state" ] || : >"$state"
	PATH=$work/caught:$PATH:/usr/sbin:/sbin fakeroot -i "$state" -s "$state" -- "$@"
}
scratch_dpkg() { # what it depends on is on this machine, not in the scratch root
	scratch dpkg --root="$root" --log="$work/dpkg.log" --force-script-chrootless --force-not-root \
		--force-depends "$@"
}
