#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -t 900
# One station joins and leaves, over and over: how long the access point's
# kernel has from an association request to the open port (ms, from its trace),
# when the station's own port is open, what a join and leave costs the service
# (CPU ms), and what memory the service has then (kB).  The key is raw, so that
# the station has nothing to derive.  Environment: REPEAT (15).
. /lab/lib.sh
REPEAT=${REPEAT:-15}
KEY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
memory() { # STATIONS AP
	local mem
	mem=$(mem_kb $AP_PID)
	figure rss$1 $2 ${mem% *}
	figure private$1 $2 ${mem#* }
}
seen_up() { [ -n "$(up_us "$1" "$2")" ]; }

traced() { # IFACE: milliseconds from the last frame received before association to the open port
	sed -n 's/.* \([0-9]*\.[0-9]*\): \(cfg80211_rx_mgmt\|drv_sta_state\): /\1 /p' $TRACE/trace | awk -v i=" vif:$1[(]" '
		/wdev/ { received = $1 }
		$0 ~ i && /state: 1->2/ { asked = received }
		$0 ~ i && /state: 3->4/ { printf "%.3f\n", ($1 - asked) * 1000 }'
}

/usr/sbin/ip -ts monitor link >>/run/events.ip 2>&1 &
TRACE=/sys/kernel/tracing
mount -t tracefs tracefs $TRACE || exit 1
for event in mac80211/drv_sta_state cfg80211/cfg80211_rx_mgmt; do
	echo 1 >$TRACE/events/$event/enable || exit 1
done
for ap in $APS; do
	. "/lab/ap/$ap.sh"
	ap_start wlan0 bench-$ap 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef $KEY || exit 1
	memory 0 $ap
	wpa_start wlan1 bench-$ap $KEY
	wait_for 20000 is_up wlan1 || exit 1
	cpu=$(cpu_us $AP_PID)
	for _ in $(seq $REPEAT); do
		wpa wlan1 disconnect >/dev/null
		sleep 1.5 # the kernel paces link changes to one a second
		: >/run/events.ip
		echo >$TRACE/trace
		n=$(lines /run/wlan1.log)
		now; t=$NOW
		wpa wlan1 reconnect >/dev/null
		sleep 1
		wait_for 10000 seen_up wlan1 $t || exit 1
		asked=$(when /run/wlan1.log $n 'Trying to associate')
		up=$(up_us wlan1 $t)
		traced $AP_IFACE >>/run/port.$ap
		ms $((up - asked)) >>/run/seen.$ap
		ms $((up - t)) >>/run/total.$ap
	done
	cpu=$(($(cpu_us $AP_PID) - cpu))
	figure port $ap "$(median </run/port.$ap)"
	figure seen $ap "$(median </run/seen.$ap)"
	figure total $ap "$(median </run/total.$ap)"
	figure cpu $ap "$(ms $((cpu / REPEAT)))"
	memory 1 $ap
	end $WPA_PID
	ap_stop
	sleep 1
done
