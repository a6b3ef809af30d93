# shellcheck shell=ash disable=SC3028,SC2034,SC2154
# Helpers for guest scripts: . /lab/lib.sh
# (The guest's shell is busybox's; it runs its own applets before programs of
# the same name, hence the paths.)

ip() { /usr/sbin/ip "$@"; }
ping() { /usr/bin/ping "$@"; }
phy_of() { cat "/sys/class/net/$1/phy80211/name"; }
mac_of() { cat "/sys/class/net/$1/address"; }

# --- what a case says -----------------------------------------------------

# A case goes on after a failed check, ends at a failed must, and fails at its
# end when a check has failed.
FAILED=0
trap 'e=$?; [ $e = 0 ] && e=$FAILED; exit $e' EXIT
ok() { echo "  ok    $*"; }
fail() { echo "  FAILED  $*"; FAILED=1; }
check() { # SENTENCE COMMAND...
	local what=$1
	shift
	if "$@"; then ok "$what"; else fail "$what"; return 1; fi
}
must() { check "$@" || exit 1; }
not() { ! "$@"; }
equal() { # WANTED FOUND
	[ "$1" = "$2" ] || { echo "        wanted '$1', found '$2'"; return 1; }
}
figure() { echo "FIGURE $*"; } # NAME AP VALUE: for the benchmark's table
title() { echo; echo "## $*"; }

# --- time and processes ---------------------------------------------------

# The guest's clock is never stepped, so wall-clock time is monotonic here.
now() { NOW=$EPOCHREALTIME; NOW=${NOW%.*}${NOW#*.}; } # $NOW: microseconds
ms() { # MICROSECONDS: in milliseconds, with two decimals
	local t=$((($1 + 5) / 10))
	printf '%d.%02d\n' $((t / 100)) $((t % 100))
}

# Polling takes processor time from what is measured: take figures from time
# stamps in logs, and poll no more often than needed.
wait_for() { # MILLISECONDS COMMAND...: until it succeeds; 1 when it did not
	local end
	now
	end=$((NOW + $1 * 1000))
	shift
	until "$@"; do
		now
		[ "$NOW" -lt "$end" ] || return 1
		usleep "${POLL:-20000}"
	done
}

has() { grep -q -e "$1" "$2" 2>/dev/null; }
alive() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.*Z' "/proc/$1/status"; }
dead() { ! alive "$1"; }
end() { # PID...: ask it to end, then insist
	local p
	for p in "$@"; do
		kill "$p" 2>/dev/null
		wait_for 3000 dead "$p" || kill -9 "$p"
		wait "$p" 2>/dev/null
	done
}

cpu_us() { # PID...: microseconds on a processor, all threads
	local p t n sum=0
	for p in "$@"; do
		for t in /proc/"$p"/task/*/schedstat; do
			read -r n _ <"$t" 2>/dev/null && sum=$((sum + n / 1000))
		done
	done
	echo $sum
}
mem_kb() { # PID: "resident anonymous" in kB; the latter is what no other process could share
	awk '/^Rss:/ { r = $2 } /^Anonymous:/ { p = $2 } END { print r, p }' "/proc/$1/smaps_rollup"
}
mean() { awk '{ s += $1 } END { if (!NR) exit 1; printf "%.2f\n", s / NR }'; } # numbers on stdin
median() { # numbers on stdin, one a line
	sort -n | awk '{ v[NR] = $1 } END {
		if (!NR) exit 1
		print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# --- what nl80211 and rtnetlink tell --------------------------------------

events_start() {
	iw event -t -f >/run/events.iw 2>&1 &
	EV1=$!
	/usr/sbin/ip -ts monitor link >>/run/events.ip 2>&1 &
	EV2=$!
	usleep 200000
}
events_stop() { end "$EV1" "$EV2"; }
events_clear() { : >/run/events.iw; : >/run/events.ip; }
up_us() { # IFACE [AFTER]: when rtnetlink first said it was up, microseconds
	# "[2026-01-02T03:04:05.678901] 3: wlan1: <...> ... state UP ..."
	awk -v i="$1:" -v a="${2:-0}" '
		/^\[/ { at = $1; sub(/^\[/, "", at); sub(/\]$/, "", at); $1 = ""; $0 = $0 }
		{ for (k = 1; k <= 3; k++) if ($k == i && / state UP /) {
			split(at, c, /[-T:.]/)
			t = mktime(c[1] " " c[2] " " c[3] " " c[4] " " c[5] " " c[6]) c[7]
			if (t + 0 >= a + 0) { print t; exit } } }' /run/events.ip
}

# --- wpa_supplicant -------------------------------------------------------

wpa_conf() { # FILE SSID KEY [MORE]: a key of 64 digits is raw
	local k="\"$3\""
	[ ${#3} -eq 64 ] && k=$3
	cat >"$1" <<-E
		ctrl_interface=/run/wpa
		network={
		 ssid="$2"
		 psk=$k
		 scan_freq=${FREQ:-2437}
		 $4
		}
	E
}
wpa_start() { # IFACE SSID KEY [MORE]: in namespace $NS if set; $WPA_PID, log in /run/IFACE.log
	wpa_conf "/run/$1.conf" "$2" "$3" "$4"
	if [ -n "$NS" ]; then
		ns_exec "$NS" wpa_supplicant -t -i "$1" -D nl80211 -c "/run/$1.conf" >"/run/$1.log" 2>&1 &
	else
		wpa_supplicant -t -i "$1" -D nl80211 -c "/run/$1.conf" >"/run/$1.log" 2>&1 &
	fi
	WPA_PID=$!
}
wpa() { wpa_cli -p /run/wpa -i "$@"; }
wpa_state() { wpa "$1" status 2>/dev/null | sed -n 's/^wpa_state=//p'; }
wpa_is() { [ "$(wpa_state "$1")" = "$2" ]; }
wpa_set_key() { # IFACE KEY: for the next join
	local k="\"$2\""
	[ ${#2} -eq 64 ] && k=$2
	[ "$(wpa "$1" set_network 0 psk "$k")" = OK ]
}
wpa_leave() { # IFACE
	wpa "$1" disconnect >/dev/null
	wait_for 5000 wpa_is "$1" DISCONNECTED
}
wpa_join() { # IFACE [MILLISECONDS]: 0 once connected, 1 when it was refused or time is up
	local n
	n=$(lines "/run/$1.log")
	wpa "$1" select_network 0 >/dev/null # forgets that an earlier attempt failed
	wait_for "${2:-20000}" eval "seen /run/$1.log $n 'CTRL-EVENT-CONNECTED\\|WRONG_KEY'"
	seen "/run/$1.log" "$n" CTRL-EVENT-CONNECTED
}
is_up() { [ "$(ns_if "$NS" cat "/sys/class/net/$1/operstate")" = up ]; } # IFACE, in $NS
lines() { wc -l <"$1"; }
when() { # LOG LINES PATTERN: the time of the first such line after those, microseconds
	tail -n +"$(($2 + 1))" "$1" | grep -m 1 -e "$3" | sed 's/^\([0-9]*\)\.\([0-9]*\):.*/\1\2/'
}
seen() { tail -n +"$(($2 + 1))" "$1" | grep -q -e "$3"; } # LOG LINES PATTERN
count() { # LOG LINES PATTERN: how many such lines after those
	tail -n +"$(($2 + 1))" "$1" | grep -c -e "$3"
}

# --- iwd ------------------------------------------------------------------

iwd_start() { # PHY, its radio in $NS if set: $IWD_PID $BUS_PID, log in /run/iwd.log
	mkdir -p /run/dbus /etc/iwd /var/lib/iwd
	cat >/run/dbus.conf <<-E
		<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
		 <type>system</type>
		 <listen>unix:path=/run/dbus/system_bus_socket</listen>
		 <auth>EXTERNAL</auth>
		 <policy context="default">
		  <allow user="*"/><allow own="*"/>
		  <allow send_type="method_call"/><allow send_type="signal"/>
		  <allow send_requested_reply="true" send_type="method_return"/>
		  <allow send_requested_reply="true" send_type="error"/>
		  <allow receive_type="method_call"/><allow receive_type="method_return"/>
		  <allow receive_type="error"/><allow receive_type="signal"/>
		 </policy>
		</busconfig>
	E
	cat >/etc/iwd/main.conf <<-E
		[General]
		UseDefaultInterface=true
		EnableNetworkConfiguration=false
		[Scan]
		DisablePeriodicScan=true
	E
	[ -e /var/run/dbus ] || ln -s /run/dbus /var/run/dbus
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
	dbus-daemon --config-file=/run/dbus.conf --nofork --nopidfile >/run/dbus.log 2>&1 &
	BUS_PID=$!
	wait_for 5000 test -S /run/dbus/system_bus_socket || return 1
	if [ -n "$NS" ]; then
		ns_exec "$NS" /usr/libexec/iwd -p "$1" >/run/iwd.log 2>&1 &
	else
		iwd -p "$1" >/run/iwd.log 2>&1 &
	fi
	IWD_PID=$!
	wait_for 10000 iwd_ready
}
iwd_ready() { iwctl station list 2>/dev/null | grep -q wlan; }
iwd_know() { # SSID KEY: a profile, so that no one is asked
	mkdir -p /var/lib/iwd
	if [ ${#2} -eq 64 ]; then
		printf '[Security]\nPreSharedKey=%s\n[Settings]\nAutoConnect=false\n' "$2"
	else
		printf '[Security]\nPassphrase=%s\n[Settings]\nAutoConnect=false\n' \
			"$(echo "$2" | sed 's/\\/\\\\/g; s/^ /\\s/')" # its settings files know escapes
	fi >/run/iwd.psk
	mv /run/iwd.psk "/var/lib/iwd/$1.new"
	mv "/var/lib/iwd/$1.new" "/var/lib/iwd/$1.psk" # whole at once: iwd watches the folder
}
iwd_knows() { iwctl known-networks list 2>/dev/null | grep -qw "$1"; } # SSID
iwd_sees() { # IFACE SSID: scans until it does
	iwctl station "$1" get-networks 2>/dev/null | grep -qw "$2" && return
	iwctl station "$1" scan >/dev/null 2>&1
	sleep 1
	return 1
}
iwd_join() { # IFACE SSID KEY
	iwctl station "$1" disconnect >/dev/null 2>&1
	iwctl known-networks "$2" forget >/dev/null 2>&1
	wait_for 5000 not iwd_knows "$2"
	iwd_know "$2" "$3"
	wait_for 5000 iwd_knows "$2"
	wait_for 30000 iwd_sees "$1" "$2" || { echo "        iwd does not see $2"; return 1; }
	timeout 30 iwctl station "$1" connect "$2" >>/run/iwctl.log 2>&1
	wait_for 5000 is_up "$1"
}

# --- namespaces, traffic --------------------------------------------------

ns_add() { # NAME IFACE: move the radio of IFACE to a new namespace
	local p
	p=$(phy_of "$2")
	/usr/sbin/ip netns add "$1" && iw phy "$p" set netns name "$1" &&
		ns "$1" /usr/sbin/ip link set lo up
}
ns() { /usr/sbin/ip netns exec "$@"; }
ns_if() { # NAMESPACE-OR-NOTHING COMMAND...
	if [ -n "$1" ]; then
		ns "$@"
	else
		shift
		"$@"
	fi
}
ns_exec() { exec /usr/sbin/ip netns exec "$@"; } # for "ns_exec NAME COMMAND &": $! is COMMAND's

ping_start() { # ADDRESS INTERVAL [NAMESPACE]: $PING_PID, log in /run/ping.log
	if [ -n "$3" ]; then
		ns_exec "$3" /usr/bin/ping -n -D -i "$2" "$1" >/run/ping.log 2>&1 &
	else
		/usr/bin/ping -n -D -i "$2" "$1" >/run/ping.log 2>&1 &
	fi
	PING_PID=$!
	wait_for 5000 has 'bytes from' /run/ping.log
}
ping_stop() { # sets $PING_SENT and $PING_LOST; what is under way gets a second to arrive
	kill -STOP "$PING_PID" # sends no more
	sleep 1
	kill -INT "$PING_PID"
	kill -CONT "$PING_PID"
	wait "$PING_PID" 2>/dev/null
	# "123 packets transmitted, 123 received, 0% packet loss, time 1234ms"
	PING_SENT=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' /run/ping.log)
	PING_LOST=$((PING_SENT - $(sed -n 's/.*transmitted, \([0-9]*\) received.*/\1/p' /run/ping.log)))
}
address() { # IFACE ADDRESS [NAMESPACE]
	ns_if "$3" /usr/sbin/ip address replace "$2/24" dev "$1"
}
pings() { # NAMESPACE ADDRESS: it answers; an address that was just made takes a moment
	ns "$1" /usr/bin/ping -n -q -c 3 -i 0.2 -W 2 "$2" >/dev/null
}

# --- the air --------------------------------------------------------------

air_start() { # FILE [FILTER]: what all radios send, as text with time stamps; $AIR_PID
	/usr/sbin/ip link set hwsim0 up
	/usr/bin/tcpdump -Z root -i hwsim0 -l -e -tt -n "$2" >"$1" 2>"$1.tcpdump" &
	AIR_PID=$!
	wait_for 5000 has listening "$1.tcpdump"
}
