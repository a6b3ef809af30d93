#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154,SC2254
#lab -r 3 -f vendor_peer -f hostapd -f hostapd_cli -f tcpdump -f jq -t 240
# Beacon and probe response beside those of hostapd with the same settings, in 2.4 GHz (20 MHz) and in
# 5 GHz (80 MHz). What differs must be in the list below, with its reason; anything else fails.
. /lab/lib.sh
. /lab/ap/hostapd.sh
hostapd_start() { ap_start "$@"; }
. "/lab/ap/${APS%% *}.sh"

# BAND FRAME ELEMENT | OURS | HOSTAPD | WHY, as patterns of the shell; "-": it is not there.
allowed() {
	cat <<-'E'
		* * 48|0100000fac040100000fac040100000fac028c000000000fac06|0100000fac040100000fac040100000fac028c00|ours names BIP for management frames, which is what the shorter form means too
		* * 127|0000000000000040|0400400200000040|extended channel switching and lists of names in probe requests are not offered, several networks in one beacon not either: nobody here carries them out
		* * 255.36|f03f00[89ab]?fcff|f03f00[89ab]?fcff|a colour that is not in use: made of our address, drawn by lot there
		* * 221.0050f2.02|0101000003a4000027a4000042435e0062322f00|0101010003a4000027a4000042435e0062322f00|how often the parameters have changed: counted from one there
		2.4 * 59|51*|5100|ours names the classes of all channels it could have, hostapd the current one
		5 * 59|80*|8000|ours names the classes of all channels it could have, hostapd the current one
		5 * capability|0011|0031|in 5 GHz there are no preambles of 802.11b to be short
		5 * 7|555320240417*95051e*|55532024041795051e00|hostapd leaves out channels that need a look for radar, which stations may use elsewhere, and those above 165
		5 * 3|-|24|the channel of DSSS, which is not in 5 GHz: HT Operation says it
	E
}

asked() { # MHZ BSSID NAME: asks who is there; whether both frames were heard
	vendor_peer announced /run/$3.pcap $2 beacon >/run/$3.beacon 2>/dev/null &&
		vendor_peer announced /run/$3.pcap $2 probe-response >/run/$3.probe-response 2>/dev/null && return
	iw dev wlan2 scan trigger freq "$1" ssid testnet >/dev/null 2>&1
	return 1
}
announced() { # IFACE MHZ NAME: writes what it says to /run/NAME.{beacon,probe-response}
	local bssid
	bssid=$(mac_of "$1")
	rm -f /run/$3.pcap
	/usr/bin/tcpdump -Z root -i hwsim0 -U -w /run/$3.pcap 'type mgt' 2>/run/tcpdump.err &
	local dump=$!
	wait_for 5000 has listening /run/tcpdump.err
	POLL=500000 wait_for 20000 asked "$2" $bssid "$3"
	local found=$?
	end $dump
	return $found
}
differences() { # FRAME: lines "ELEMENT OURS HOSTAPD"; who has frames waiting (TIM) is left out
	awk '
		{ key = $1; n[FILENAME, key]++; if (n[FILENAME, key] > 1) key = key "#" n[FILENAME, key] }
		key == "5" { next }
		FNR == NR { ours[key] = $2 == "" ? "empty" : $2; if (!(key in seen)) { seen[key]; order[++k] = key } next }
		{ theirs[key] = $2 == "" ? "empty" : $2; if (!(key in seen)) { seen[key]; order[++k] = key } }
		END { for (i = 1; i <= k; i++) {
			key = order[i]
			a = key in ours ? ours[key] : "-"; b = key in theirs ? theirs[key] : "-"
			if ((a "") != (b "")) print key, a, b } }' "/run/ours.$1" "/run/theirs.$1"
}
why() { # BAND FRAME ELEMENT OURS HOSTAPD: the reason of an allowed difference
	allowed | while IFS='|' read -r what ours theirs reason; do
		set -f
		set -- "$1" "$2" "$3" "$4" "$5" $what $ours $theirs
		set +f
		case "$1 $2 $3|$4|$5" in
		$6\ $7\ $8\|$9\|${10}) echo "$reason"; break ;;
		esac
	done
}
compare() { # BAND
	local frame element ours theirs reason
	for frame in beacon probe-response; do
		differences $frame >/run/differences
		while read -r element ours theirs; do
			reason=$(why "$1" $frame $element $ours $theirs)
			echo "        $1 GHz $frame $element: ours $ours, hostapd $theirs"
			check "$1 GHz $frame: element $element:${reason:- no reason is known}" [ -n "$reason" ]
		done </run/differences
		echo "        $(lines /run/ours.$frame) lines of ours, $(lines /run/differences) differ"
	done
}

iw reg set US
must "the country allows access points in 5 GHz" wait_for 5000 eval 'iw reg get | grep -q "country US"'
sleep 0.5
ip link set hwsim0 up
ip link set wlan2 up
AP_CHANNEL=' '
must "the service starts" ap_serve wlan0
ours_iface=$AP_IFACE ours_pid=$AP_PID
must "it is set up" ap_configure testnet 'a common key'

title "2.4 GHz, 20 MHz"
must "it is set to channel 6" hostednet set --band 2.4 --channel 6
must "our network starts" hostednet start
must "it is heard" announced $ours_iface 2437 ours
hostednet stop >/dev/null
common='
country_code=US
ieee80211d=1
ieee80211ax=1
ieee80211w=1
preamble=1'
HOSTAPD_CONF="$common
ht_capab=[SHORT-GI-20]"
AP_IFACE=wlan1 AP_SSID=testnet AP_PRIMARY='a common key'
theirs() { # starts hostapd
	AP_LOG=/run/hostapd.log
	hostapd_keys
	hostapd_config >/run/hostapd.conf
	sed -i 's/^hw_mode=.*/hw_mode='$1'/' /run/hostapd.conf
	hostapd -t /run/hostapd.conf >"$AP_LOG" 2>&1 &
	AP_PID=$!
	wait_for 10000 has AP-ENABLED "$AP_LOG" || { cat "$AP_LOG"; return 1; }
}
must "hostapd's starts" theirs g
must "it is heard" announced wlan1 2437 theirs
end $AP_PID
compare 2.4

title "5 GHz, 80 MHz"
must "ours is set to channel 36" hostednet set --band 5 --channel 36
must "our network starts" hostednet start
must "it is heard" announced $ours_iface 5180 ours
hostednet stop >/dev/null
HOSTAPD_CHANNEL=36
HOSTAPD_CONF="$common
ieee80211ac=1
ht_capab=[HT40+][SHORT-GI-20][SHORT-GI-40]
vht_capab=[MAX-MPDU-11454][RXLDPC][SHORT-GI-80][TX-STBC-2BY1][RX-STBC-1234][MAX-A-MPDU-LEN-EXP7]
vht_oper_chwidth=1
vht_oper_centr_freq_seg0_idx=42
he_oper_chwidth=1
he_oper_centr_freq_seg0_idx=42"
must "hostapd's starts" theirs a
must "it is heard" announced wlan1 5180 theirs
end $AP_PID
compare 5
AP_PID=$ours_pid
ap_stop
