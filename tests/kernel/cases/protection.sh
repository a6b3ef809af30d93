#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 4 -f vendor_peer -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -f tcpdump -t 240
# Older stations: one without HT, and one with the rates of 802.11b only, long preambles and the long slot
# time. The beacon says so while they are there and for a while after, the kernel knows, and a station of
# today that pings meanwhile loses nothing.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
ns_add new wlan1
ns_add old wlan2
address wlan1 10.0.0.2 new
address wlan2 10.0.0.3 old

heard() { # what the last beacon says: "CAPABILITY ERP HT-PROTECTION" in digits
	rm -f /run/now.pcap
	timeout 5 /usr/bin/tcpdump -Z root -i hwsim0 -U -c 2 -w /run/now.pcap \
		"wlan addr2 $bssid and type mgt subtype beacon" 2>/dev/null
	vendor_peer announced /run/now.pcap $bssid beacon | awk '
		$1 == "capability" { c = $2 }
		$1 == "42" { e = $2 }
		$1 == "61" { h = substr($2, 5, 2) }
		END { print c, e, h }'
}
says() { # CAPABILITY ERP HT-PROTECTION
	HEARD=$(heard)
	[ "$HEARD" = "$*" ]
}
told() { # SENTENCE MILLISECONDS CAPABILITY ERP HT-PROTECTION
	local what=$1 limit=$2
	shift 2
	check "$what" wait_for "$limit" says "$@" || echo "        wanted '$*', heard '$HEARD'"
}
joins() { # IFACE NAMESPACE MORE
	NS=$2 wpa_start $1 testnet 'a key of people' "$3"
	wait_for 20000 wpa_is $1 COMPLETED || { tail -n 20 /run/$1.log; return 1; }
}

ip link set hwsim0 up
must "the service starts" ap_serve wlan0
must "the network starts" eval "ap_configure testnet 'a key of people' && hostednet start"
bssid=$(mac_of $AP_IFACE)
address $AP_IFACE 10.0.0.1
ap_events

title "stations of today"
told "nobody is there: short slots and preambles, no protection" 5000 0431 00 00
must "one of 802.11ax joins" joins wlan1 new
modern=$(heard)
echo "        $modern"
# Most stations of today do not know the greenfield format, which is told too.
mixed=13
[ "$modern" != '0431 00 04' ] || mixed=17
check "nothing is protected" equal "0431 00 0$((0x$mixed & 4))" "$modern"
ping_start 10.0.0.1 0.1 new
pinging=$PING_PID

title "one without HT"
must "it joins" joins wlan2 old disable_ht=1
told "the beacon says that HT is mixed with older ones" 3000 0431 00 $mixed
check "its own pings are answered" pings old 10.0.0.1
end $WPA_PID
told "it is left out of the beacon when it is gone" 12000 $modern

title "one of 802.11b"
iw dev wlan3 interface add mon3 type monitor flags active
iw dev wlan3 del
ip link set mon3 up
iw dev mon3 set channel 6
mac3=$(mac_of mon3)
n=$(lines $AP_EVENTS)
mkfifo /run/older.in
vendor_peer older mon3 testnet $bssid $mac3 </run/older.in >/run/older.out 2>&1 &
older=$!
exec 3>/run/older.in
told "the beacon protects from it: long slots and preambles, use of protection" 5000 0011 07 $mixed
check "the service knows the station" ap_event $n "$mac3"
exec 3>&-
told "all is as before when it is gone" 15000 $modern

title "others"
PING_PID=$pinging
ping_stop
echo "        $PING_SENT pings, $PING_LOST lost"
check "the station of today lost nothing" equal 0 $PING_LOST
check "and was not sent away" not has CTRL-EVENT-DISCONNECTED /run/wlan1.log
check "the radio refused nothing" not grep -Eqi 'refused|EINVAL|EOPNOTSUPP' $AP_LOG
ap_stop
