#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 33 -m 768 -f wpa_supplicant -f wpa_cli -p support_p2p_device=0 -t 180
# Thirty-two stations join at once, half of them with each key.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
export POLL=300000
SECONDARY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
must "the network starts" ap_start wlan0 testnet '' $SECONDARY
connected() { # N
	[ "$(grep CTRL-EVENT-CONNECTED /run/stations.log | awk '{ print $2 }' | sort -u | wc -l)" -ge "$1" ]
}
wpa_conf /run/primary.conf testnet "$AP_PRIMARY"
wpa_conf /run/secondary.conf testnet $SECONDARY
set=
for i in $(seq 16); do set="$set${set:+ -N} -i wlan$i -D nl80211 -c /run/primary.conf"; done
for i in $(seq 17 32); do set="$set -N -i wlan$i -D nl80211 -c /run/secondary.conf"; done
wpa_supplicant -t $set >/run/stations.log 2>&1 &
check "all are connected" wait_for 90000 connected 32
echo "        refused or repeated: $(grep -cE 'REJECT|TEMP-DISABLED|timed out|CTRL-EVENT-DISCONNECTED' /run/stations.log)"
check "status shows all of them" equal 32 "$(ap_status '.peers | length')"
check "half with the primary key" equal 16 "$(ap_status '[.peers[] | select(.key == "primary")] | length')"
check "half with the secondary key" equal 16 "$(ap_status '[.peers[] | select(.key == "secondary")] | length')"
