#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f dnsmasq -f nft -t 600
#lab -M nf_tables,nf_conntrack,nf_nat,nft_chain_nat,nft_masq,nft_ct
# How long a station that knows the key has from its wish to join to a usable
# address (ms), and from the open port to the address; hostapd has a dnsmasq
# beside it, with its defaults.  Each round asks for an address from scratch.
# Environment: ROUNDS (5).
. /lab/lib.sh
ROUNDS=${ROUNDS:-5}
AP_ADDRESSES=' '
KEY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
seen_up() { [ -n "$(up_us "$1" "$2")" ]; }
given() { ns_if '' /usr/sbin/ip -o address show dev "$1" | grep -q 'inet 192\.168\.'; }

cat >/run/dhcp.script <<-'E'
	#!/bin/sh
	case $1 in
	bound) /usr/sbin/ip address add $ip/${mask:-24} dev $interface; echo "${EPOCHREALTIME%.*}${EPOCHREALTIME#*.}" >/run/bound ;;
	deconfig) /usr/sbin/ip address flush dev $interface ;;
	esac
E
chmod 755 /run/dhcp.script
/usr/sbin/ip link set lo up
/usr/sbin/ip -ts monitor link >>/run/events.ip 2>&1 &
for ap in $APS; do
	. "/lab/ap/$ap.sh"
	ap_start wlan0 bench-$ap 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef $KEY || exit 1
	if [ $ap = hostednet ]; then
		wait_for 20000 given $AP_IFACE || exit 1
	else
		/usr/sbin/ip address add 192.168.173.1/24 dev $AP_IFACE
		dnsmasq -k -C /dev/null -u root -i $AP_IFACE -z --port=0 --log-facility=- \
			--dhcp-range=192.168.173.2,192.168.173.254,2m --dhcp-leasefile=/run/leases >/run/dnsmasq.log 2>&1 &
		DNSMASQ_PID=$!
		wait_for 10000 has started /run/dnsmasq.log || exit 1
	fi
	wpa_start wlan1 bench-$ap $KEY
	wait_for 20000 is_up wlan1 || exit 1
	for _ in $(seq $ROUNDS); do
		wpa wlan1 disconnect >/dev/null
		sleep 1.5 # the kernel paces link changes to one a second
		rm -f /run/bound
		: >/run/events.ip
		now; t=$NOW
		wpa wlan1 reconnect >/dev/null
		wait_for 10000 seen_up wlan1 $t || exit 1
		timeout 30 busybox udhcpc -f -q -n -i wlan1 -s /run/dhcp.script >>/run/udhcpc.log 2>&1 || exit 1
		up=$(up_us wlan1 $t)
		bound=$(cat /run/bound)
		ms $((bound - up)) >>/run/lease.$ap
		ms $((bound - t)) >>/run/address.$ap
	done
	figure lease $ap "$(median </run/lease.$ap)"
	figure address $ap "$(median </run/address.$ap)"
	end $WPA_PID
	ap_stop
	[ -z "$DNSMASQ_PID" ] || end $DNSMASQ_PID
	DNSMASQ_PID=
done
