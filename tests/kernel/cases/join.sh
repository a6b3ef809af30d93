#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 3 -f wpa_supplicant -f wpa_cli -f /usr/libexec/iwd -f iwctl -f dbus-daemon -f /usr/bin/ping -M @iwd -t 240
# wpa_supplicant and iwd join with the primary passphrase, a secondary
# passphrase and a secondary key of 32 bytes, and traffic flows.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
PASSPHRASE='a key of people'
BINARY=00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210

phy2=$(phy_of wlan2)
mac1=$(mac_of wlan1) mac2=$(mac_of wlan2)
ns_add wpa wlan1
ns_add iwd wlan2
must "the network starts" ap_start wlan0 testnet 'made by the system' "$PASSPHRASE"
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 wpa
address wlan2 10.0.0.3 iwd
known_as() { # MAC KEY: so does the access point say, if it can tell
	! command -v ap_peer >/dev/null || equal "$2" "$(ap_peer "$1")"
}

NS=wpa wpa_start wlan1 testnet "$AP_PRIMARY"
must "wpa_supplicant joins with the primary key" wait_for 20000 wpa_is wlan1 COMPLETED
check "it is known as primary" known_as $mac1 primary
check "its pings are answered" pings wpa 10.0.0.1
for key in "$PASSPHRASE" $BINARY; do
	form=passphrase
	[ "$key" = $BINARY ] && form='binary key' && ap_set_secondary $BINARY
	wpa_leave wlan1
	wpa_set_key wlan1 "$key"
	must "wpa_supplicant joins with the secondary $form" wpa_join wlan1
	check "it is known as secondary" known_as $mac1 secondary
	check "its pings are answered" pings wpa 10.0.0.1
done

NS=iwd
must "iwd starts" iwd_start $phy2
must "iwd joins with the secondary binary key" iwd_join wlan2 testnet $BINARY
check "it is known as secondary" known_as $mac2 secondary
check "its pings are answered" pings iwd 10.0.0.1
must "iwd joins with the primary key" iwd_join wlan2 testnet "$AP_PRIMARY"
check "it is known as primary" known_as $mac2 primary
ap_set_secondary "$PASSPHRASE"
must "iwd joins with the secondary passphrase" iwd_join wlan2 testnet "$PASSPHRASE"
check "it is known as secondary" known_as $mac2 secondary
check "its pings are answered" pings iwd 10.0.0.1
check "stations reach one another" pings iwd 10.0.0.2
