#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 3 -f wpa_supplicant -f wpa_cli -f hostapd -f hostapd_cli -f /usr/bin/ping -t 120
# Our radio is connected as a station to somebody else's network on channel 11.
# Our access point goes to that channel, and that connection does not notice.
. /lab/lib.sh
. /lab/ap/hostapd.sh
AP_IFACE=wlan1 AP_SSID=elsewhere AP_PRIMARY='a key of others' HOSTAPD_CHANNEL=11
hostapd_keys
hostapd_config >/run/hostapd.conf
. "/lab/ap/${APS%% *}.sh"
ns_add theirs wlan1 # in namespaces, so that pings take to the air
ns_add sta wlan2
ns_exec theirs hostapd -t /run/hostapd.conf >/run/hostapd.log 2>&1 &
must "somebody else's network is there" wait_for 10000 has AP-ENABLED /run/hostapd.log
FREQ=2462 wpa_start wlan0 elsewhere 'a key of others'
must "our radio is connected to it" wait_for 20000 wpa_is wlan0 COMPLETED
address wlan0 10.1.0.2
address wlan1 10.1.0.1 theirs
n=$(lines /run/wlan0.log)
must "pings to it are answered" ping_start 10.1.0.1 0.1

AP_CHANNEL=' ' # none is asked for
must "our network starts beside it" ap_start wlan0 testnet '' 'our own key'
check "status tells of channel 11" equal 11 "$(ap_status .channel)"
iw dev $AP_IFACE info >/run/info
check "its interface is on channel 11" has 'channel 11 (2462' /run/info
address $AP_IFACE 10.0.0.1
address wlan2 10.0.0.2 sta
NS=sta FREQ=2462 wpa_start wlan2 testnet 'our own key'
must "a station joins" wait_for 20000 wpa_is wlan2 COMPLETED
check "its pings are answered" pings sta 10.0.0.1
check "our network stops" hostednet stop
sleep 1
ping_stop
echo "        $PING_SENT pings over the other connection"
check "it lost none" equal 0 "$PING_LOST"
check "it was never interrupted" equal 0 "$(count /run/wlan0.log $n CTRL-EVENT-DISCONNECTED)"
ap_stop
check "it is there when our service has ended" wpa_is wlan0 COMPLETED

title "another channel asked for"
AP_CHANNEL='--channel 1'
ap_serve wlan0
if hostednet start >/run/refused 2>&1; then
	check "then the other connection's channel is taken" equal 11 "$(ap_status .channel)"
else
	check "the refusal names the channel" grep -q 11 /run/refused
fi
