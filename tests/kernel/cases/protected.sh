#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 5 -f vendor_peer -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -f tcpdump -t 240
# Protected management frames: who requires them, who can and who cannot join the same network.
# Forged departures and association requests end the association of the last only. A station that
# lost its keys comes back after it was asked whether it is still there.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
phy1=$(phy_of wlan1) mac1=$(mac_of wlan1) mac2=$(mac_of wlan2) mac3=$(mac_of wlan3)
mfp() { # MAC: what the kernel knows of the station
	iw dev $AP_IFACE station get "$1" | sed -n 's/^[[:space:]]*MFP:[[:space:]]*//p'
}
told() { # MAC: what the service says
	hostednet peers --json | jq -r ".[] | select(.mac == \"$1\") | .management_protection"
}
pmf() { wpa "$1" status | sed -n 's/^pmf=//p'; } # IFACE
joins() { # NUMBER MFP: a station with that setting
	NS=sta$1 wpa_start wlan$1 testnet 'a key of people' "ieee80211w=$2"
	eval "WPA$1_PID=\$WPA_PID"
	wait_for 20000 wpa_is wlan$1 COMPLETED
}
in_network() { ap_peer_is "$1" secondary; }
forge() { vendor_peer forge mon4 "$1" testnet $bssid "$2" 100; } # WHAT MAC: for a second
within() { # GROUP: whom station 1's radio hears and reaches
	echo "$1" >/sys/kernel/debug/ieee80211/$phy1/hwsim/group
}

for n in 1 2 3; do
	ns_add sta$n wlan$n
	address wlan$n 10.0.0.$((n + 1)) sta$n
done
must "the service starts" ap_serve wlan0 --group-rekey 20
must "the network starts" eval "ap_configure testnet 'a key of people' && hostednet start"
bssid=$(mac_of $AP_IFACE)
address $AP_IFACE 10.0.0.1
ap_events

title "three kinds of stations"
must "one that requires protection joins" joins 1 2
must "one that can joins" joins 2 1
must "one that cannot joins" joins 3 0
for n in 1 2; do
	eval "mac=\$mac$n"
	check "the kernel protects station $n" equal yes "$(mfp $mac)"
	check "the service says so" equal true "$(told $mac)"
	check "the station says so" [ -n "$(pmf wlan$n)" ]
	check "its cipher for frames to all is BIP" equal BIP "$(wpa wlan$n status | sed -n 's/^mgmt_group_cipher=//p')"
done
check "the kernel does not protect station 3" equal no "$(mfp $mac3)"
check "the service says so" equal false "$(told $mac3)"
for n in 1 2 3; do
	check "pings of station $n are answered" pings sta$n 10.0.0.1
done

title "group keys are renewed"
n1=$(lines /run/wlan1.log)
check "at station 1" wait_for 30000 seen /run/wlan1.log $n1 'Group rekeying completed'
check "whose pings are answered" pings sta1 10.0.0.1
check "the kernel still protects it" equal yes "$(mfp $mac1)"

title "forged departures"
iw dev wlan4 interface add mon4 type monitor
iw dev wlan4 set type monitor
ip link set wlan4 up
iw dev wlan4 set channel 6
ip link set mon4 up
n=$(lines $AP_EVENTS) n1=$(lines /run/wlan1.log) n2=$(lines /run/wlan2.log) n3=$(lines /run/wlan3.log)
check "in the name of station 1" forge departures $mac1
check "in the name of station 2" forge departures $mac2
check "station 1 noticed nothing" not seen /run/wlan1.log $n1 CTRL-EVENT-DISCONNECTED
check "nor station 2" not seen /run/wlan2.log $n2 CTRL-EVENT-DISCONNECTED
check "nor the service" not seen $AP_EVENTS $n "departed.*\\($mac1\\|$mac2\\)"
for n in 1 2; do
	eval "mac=\$mac$n"
	check "station $n is in the network" in_network $mac
	check "its pings are answered" pings sta$n 10.0.0.1
done
check "in the name of station 3" forge departures $mac3
check "which loses its association" wait_for 5000 seen /run/wlan3.log $n3 CTRL-EVENT-DISCONNECTED
check "and comes back when that is over" wait_for 30000 wpa_is wlan3 COMPLETED

title "forged association requests"
n=$(lines $AP_EVENTS) n1=$(lines /run/wlan1.log)
check "in the name of station 1" forge requests $mac1
check "the station noticed nothing" not seen /run/wlan1.log $n1 CTRL-EVENT-DISCONNECTED
sleep 2
check "is in the network" in_network $mac1
check "did not leave it meanwhile" not seen $AP_EVENTS $n "departed.*$mac1"
check "its pings are answered" pings sta1 10.0.0.1
n=$(lines $AP_EVENTS)
check "in the name of station 3" forge requests $mac3
check "its association ends" ap_event $n "departed.*$mac3"

title "a station that lost its keys"
# Out of reach its farewell is not heard: for the access point it is still there.
# Just after a renewal, so that the next one does not find it absent.
n=$(lines /run/wlan2.log)
wait_for 30000 seen /run/wlan2.log $n 'Group rekeying completed'
mount -t debugfs none /sys/kernel/debug 2>/dev/null
n=$(lines $AP_EVENTS)
must "goes out of reach" within 2
kill $WPA1_PID
wait_for 5000 dead $WPA1_PID
check "is still in the network" in_network $mac1
must "comes into reach again" within 1
check "joins" joins 1 2
dmesg | grep 'comeback duration' | sed 's/^/        /'
check "was asked to come back later" eval "dmesg | grep -q 'wlan1.*comeback duration'"
check "its old association ended only then" ap_event $n "departed.*$mac1"
check "is in the network" wait_for 5000 in_network $mac1
check "is protected" equal yes "$(mfp $mac1)"
check "its pings are answered" pings sta1 10.0.0.1

title "the network ends"
n1=$(lines /run/wlan1.log) n3=$(lines /run/wlan3.log)
hostednet stop >/dev/null
check "station 1 believes it" wait_for 5000 seen /run/wlan1.log $n1 CTRL-EVENT-DISCONNECTED
check "and station 3" wait_for 5000 seen /run/wlan3.log $n3 CTRL-EVENT-DISCONNECTED
