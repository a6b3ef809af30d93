#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2046,SC2086,SC2153,SC2154
#lab -r 2 -f bench-api -f libwlanapi.so:/usr/lib/libwlanapi.so.0 -t 300
# Round trips of the API through libwlanapi, beside two processes that send each other messages of the
# same sizes over the same kind of socket, and beside hostapd's PING; microseconds. Both services run a
# network without stations, each on a radio of its own. Environment: COUNT (2000), ROUNDS (5).
. /lab/lib.sh
COUNT=${COUNT:-2000}
FEW=$((COUNT / 20))
KEY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
radio=0
for ap in $APS; do
	. "/lab/ap/$ap.sh"
	ap_start wlan$radio bench-$ap $KEY $KEY || exit 1
	radio=$((radio + 1))
done
sizes=$(bench-api sizes $HOSTEDNET_SOCKET) || exit 1
echo "bytes of a query and its answer: $sizes"
for _ in $(seq ${ROUNDS:-5}); do
	bench-api bare $COUNT $sizes >>/run/api_query.bare || exit 1
	for ap in $APS; do
		case $ap in
		hostapd) bench-api hostapd $COUNT /run/hostapd/wlan* >>/run/api_query.hostapd ;;
		hostednet) bench-api query $COUNT >>/run/api_query.hostednet ;;
		esac || exit 1
	done
	for kind in temporary persistent passphrase; do
		bench-api set $FEW $kind >>/run/api_$kind.hostednet || exit 1
	done
done
for file in /run/api_*.*; do
	name=${file##*/}
	figure ${name%.*} ${name#*.} "$(median <$file)"
done
