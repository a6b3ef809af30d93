#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 4 -f wpa_supplicant -f wpa_cli -f hostapd -f hostapd_cli -f jq -f /usr/bin/ping -t 240
# 5 GHz with VHT and HE and wide channels, radar refused with a sentence, the
# quietest channel found by a survey; 2.4 GHz works as before.
. /lab/lib.sh
. /lab/ap/hostapd.sh
AP_IFACE=wlan1 AP_SSID=elsewhere AP_PRIMARY='a key of others' HOSTAPD_CHANNEL=6
hostapd_keys
hostapd_config >/run/hostapd.conf
. "/lab/ap/${APS%% *}.sh"
ns_add sta wlan2
ns_add other wlan3

iw reg set US
must "the country allows access points in 5 GHz" wait_for 5000 eval 'iw reg get | grep -q "country US"'
sleep 0.5

start_ms() { # starts the network; $TOOK in ms
	local t
	now
	t=$NOW
	hostednet start >/run/start 2>&1 || { cat /run/start; return 1; }
	now
	TOOK=$(((NOW - t) / 1000))
}
info_has() { iw dev hosted0 info >/run/info && grep -q "$1" /run/info; }
join() { # IFACE NAMESPACE MHZ ADDRESS
	NS=$2 FREQ=$3 wpa_start "$1" testnet 'a fast key'
	wait_for 20000 wpa_is "$1" COMPLETED || { tail -n 20 "/run/$1.log"; return 1; }
	address "$1" "$4" "$2"
}
part() { # IFACE PID
	end "$2"
	wait_for 3000 eval "! wpa_is $1 COMPLETED"
}
mhz() { ap_status .channel | awk '{ print ($1 > 14 ? 5000 : 2407) + 5 * $1 }'; }

AP_CHANNEL=' ' # none is asked for
must "the service starts" ap_serve wlan0
must "it is set up" ap_configure testnet 'a fast key'

title "5 GHz, everything left to the service"
must "the band is chosen" hostednet set --band 5
must "it starts" start_ms
echo "        started after a survey in $TOOK ms"
hostednet status
check "status tells 80 MHz" equal 80 "$(ap_status .width_mhz)"
check "status tells 802.11ax" equal 802.11ax "$(ap_status .phy)"
check "the channel lies in 5 GHz" [ "$(ap_status .channel)" -ge 36 ]
check "so does the kernel" info_has 'width: 80 MHz'
address hosted0 10.0.0.1
must "a station joins" join wlan2 sta "$(mhz)" 10.0.0.2
check "its pings are answered" pings sta 10.0.0.1
ns sta /usr/bin/ping -q -i 0.01 -c 100 -s 1200 10.0.0.1 >/dev/null
iw dev hosted0 station dump >/run/station
grep -E 'bitrate' /run/station
check "it is served at a rate of VHT or HE" grep -Eq 'bitrate:.*(VHT|HE)-MCS' /run/station
ns sta iw dev wlan2 info >/run/station.info
check "the station uses all of 80 MHz" has 'width: 80 MHz' /run/station.info
wpa wlan2 status >/run/wpa.status
grep -E 'wifi_generation|freq' /run/wpa.status
check "the station says that it is Wi-Fi 6" has 'wifi_generation=6' /run/wpa.status
n=$(lines /run/wlan2.log)

title "peers kept apart while the network runs"
sta_pid=$WPA_PID
must "another station joins" join wlan3 other "$(mhz)" 10.0.0.3
check "they reach one another" pings sta 10.0.0.3
check "isolation is switched on" hostednet set --isolate on
check "they do not" not pings sta 10.0.0.3
check "both reach the access point" eval 'pings sta 10.0.0.1 && pings other 10.0.0.1'
check "status tells so" equal true "$(ap_status .isolate)"
check "isolation is switched off" hostednet set --isolate off
check "they reach one another again" pings sta 10.0.0.3
check "the station noticed nothing" equal 0 "$(count /run/wlan2.log $n CTRL-EVENT-DISCONNECTED)"
end "$WPA_PID" "$sta_pid"

title "a named channel, and a width"
must "channel 149, 40 MHz" hostednet set --channel 149 --width 40
check "the network went to idle for it" equal idle "$(ap_status .state)"
must "it starts" start_ms
echo "        started without a survey in $TOOK ms"
check "the kernel has it there" info_has 'channel 149 .*width: 40 MHz, center1: 5755'
must "20 MHz" hostednet set --width 20
must "it starts there" start_ms
check "the kernel has 20 MHz" info_has 'width: 20 MHz'

title "what cannot be is refused"
refused() { # NAME PATTERN COMMAND...
	local name=$1 pattern=$2
	shift 2
	"$@" >/run/refused 2>&1
	local status=$?
	sed 's/^/        | /' /run/refused
	check "$name: exit status 1" equal 1 $status
	check "$name: says why" grep -Eqi "$pattern" /run/refused
}
must "channel 52 can be asked for" hostednet set --channel 52
refused "a radar channel" 'radar' hostednet start
check "nothing is on the air" equal idle "$(ap_status .state)"
refused "a channel of the other band" 'not in the 5 GHz band' hostednet set --band 5 --channel 6
refused "80 MHz in 2.4 GHz" '2.4 GHz band has no channels of 80' hostednet set --band 2.4 --channel auto --width 80

title "2.4 GHz"
must "the other band, everything else left to the service" \
	hostednet set --band 2.4 --channel auto --width auto
must "it starts" start_ms
echo "        started after a survey in $TOOK ms"
check "nobody is there: channel 6" equal 6 "$(ap_status .channel)"
check "20 MHz" equal 20 "$(ap_status .width_mhz)"
address hosted0 10.0.0.1
must "a station joins" join wlan2 sta 2437 10.0.0.2
check "its pings are answered" pings sta 10.0.0.1
end "$WPA_PID"
hostednet stop >/dev/null

hostapd -t /run/hostapd.conf >/run/hostapd.log 2>&1 &
must "somebody else's network comes up on channel 6" wait_for 10000 has AP-ENABLED /run/hostapd.log
must "ours starts" start_ms
echo "        on channel $(ap_status .channel) after $TOOK ms"
check "on another channel" [ "$(ap_status .channel)" != 6 ]
must "a station joins there" join wlan2 sta "$(mhz)" 10.0.0.2
check "its pings are answered there" pings sta 10.0.0.1
ap_stop
