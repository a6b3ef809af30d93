#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2016,SC2034,SC2086,SC2153,SC2154,SC2317
#lab -r 3 -f wpa_supplicant -f wpa_cli -f hostapd -f hostapd_cli -f dnsmasq -f nft -f /usr/bin/setpriv -t 600
#lab -M nf_tables
# What stands in the way is found before and after the network starts, with the
# service's own sentence and reason, and nothing is changed by looking.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
REPORT=/run/doctor.json
soft=$(echo /sys/class/ieee80211/"$(phy_of wlan0)"/rfkill*/soft)

look() { # [OPTION...]: the report, and its exit status in $STATUS
	hostednet doctor --json "$@" >$REPORT 2>/run/doctor.err
	STATUS=$?
	[ -s /run/doctor.err ] && sed 's/^/        | /' /run/doctor.err
	return 0
}
look_as_nobody() {
	/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups \
		hostednet doctor --json >$REPORT 2>/run/doctor.err
	STATUS=$?
	[ -s /run/doctor.err ] && sed 's/^/        | /' /run/doctor.err
	return 0
}
keep() { # NAME [OPTION...]: the facts and a recording, for tests without a kernel
	local name=$1
	shift
	hostednet doctor --record /run/recording.json "$@" >/run/recorded 2>&1
	hostednet doctor --from /run/recording.json >/run/played 2>&1
	check "a recording says the same when it is played" cmp /run/recorded /run/played
	[ -d /out ] || return 0
	cp /run/recording.json "/out/$name.recording.json"
	jq -c .facts /run/recording.json >"/out/$name.json"
}
of() { jq -r --arg id "$1" ".findings[] | select(.id == \$id) | $2" $REPORT; } # ID FILTER
found() { # ID SEVERITY [REASON]
	equal "$2" "$(of "$1" .severity)" && equal "${3:-null}" "$(of "$1" '.reason.name // "null"')" && return
	jq -r '.findings[] | "        | \(.severity) \(.id): \(.cause)"' $REPORT
	return 1
}
missing() { [ -z "$(of "$1" .id)" ]; }
evidence() { of "$1" '.evidence[]' | grep -q -e "$2"; } # ID PATTERN
status() { equal "$1" $STATUS; }
machine() { # everything that looking could have changed
	iw dev
	iw reg get
	/usr/sbin/ip link
	/usr/sbin/ip address
	nft list ruleset
	cat /sys/class/rfkill/*/soft
	ls /run
}

title "before the service runs"
look --radio wlan0
machine >/run/after
machine >/run/before
look --radio wlan0
machine >/run/after
check "looking changes nothing" cmp /run/before /run/after
check "nothing stands in the way" status 0
check "the service's absence is a warning" found service-absent warning service_unavailable
check "the radio could carry the network" found radio ok
check "no country is set" found world-domain hint
check "and forbids to transmit first on channels 12 and 13" \
	evidence channels 'transmit first: 12 13'
check "radar detection is told of" evidence channels 'radar detection needed:.*100'
check "the packet filter was looked at" found firewall ok
check "the ports are free" found ports ok
keep before --radio wlan0
hostednet doctor --radio wlan0 >/run/page 2>&1
sed 's/^/        | /' /run/page
check "the page for people says so too" has 'Nothing stands in the way' /run/page
look --radio wlan7
check "an interface that is not there is an obstacle" found no-radio obstacle interface_unavailable
check "with exit status 1" status 1

title "without rights"
look_as_nobody
check "a user without rights gets no real radio" found no-rights obstacle elevation_required
check "with exit status 1" status 1
check "what he cannot see is said" found unseen-firewall hint
check "what he can see is seen" found radio ok

title "a blocked radio"
echo 1 >$soft
look --radio wlan0
check "rfkill is an obstacle" found rfkill-soft obstacle interface_unavailable
check "its switch is named" evidence rfkill-soft 'rfkill[0-9]* of phy.*software off, hardware on'
check "with exit status 1" status 1
keep rfkill --radio wlan0
must "the service starts" ap_serve wlan0
hostednet start >/run/refused 2>&1
grep -F -q "$(of rfkill-soft .cause)" /run/refused
check "the service refuses in the same words" equal 0 $?
look
check "beside the service it is one obstacle" \
	equal 1 "$(jq '[.findings[] | select(.severity == "obstacle")] | length' $REPORT)"
echo 0 >$soft
wait_for 3000 eval '[ "$(ap_status .state)" = idle ]'
ap_stop

title "other owners"
/usr/sbin/ip link set wlan0 up
wpa_start wlan0 nowhere 'never used'
wait_for 5000 test -S /run/wpa/wlan0
look --radio wlan0
check "wpa_supplicant is named" found owner-wpa-supplicant warning
check "with its process" evidence owner-wpa-supplicant "process $WPA_PID"
check "it is no obstacle" status 0
eval "$(of owner-wpa-supplicant .command)"
wait_for 5000 dead $WPA_PID
look --radio wlan0
check "the command that was given keeps it off" missing owner-wpa-supplicant

AP_IFACE=wlan0 AP_SSID=theirs AP_PRIMARY='a key of others' HOSTAPD_CHANNEL=3
. /lab/ap/hostapd.sh
hostapd_keys
hostapd_config >/run/hostapd.conf
hostapd -t /run/hostapd.conf >/run/hostapd.log 2>&1 &
HOSTAPD=$!
must "hostapd runs" wait_for 10000 has AP-ENABLED /run/hostapd.log
look --radio wlan0
check "hostapd is named" found owner-hostapd warning
check "with its interface" evidence owner-hostapd 'wlan0: access point, up, network "theirs", channel 3'
check "its channel would be ours" found forced-channel hint
keep hostapd --radio wlan0
end $HOSTAPD
. "/lab/ap/${APS%% *}.sh"

title "a connection of our own radio"
AP_IFACE=wlan1 AP_SSID=elsewhere HOSTAPD_CHANNEL=11 hostapd_config >/run/hostapd.conf
hostapd -t /run/hostapd.conf >/run/hostapd.log 2>&1 &
HOSTAPD=$!
must "somebody else's network is there" wait_for 10000 has AP-ENABLED /run/hostapd.log
FREQ=2462 wpa_start wlan0 elsewhere 'a key of others'
must "our radio is connected to it" wait_for 20000 wpa_is wlan0 COMPLETED
look --radio wlan0
check "its channel would be ours" found forced-channel hint
check "the connection is named" evidence forced-channel 'wlan0: station, up, channel 11'
check "it is no obstacle" status 0
keep connected --radio wlan0
check "its key is not in the recording" not has 'a key of others' /run/recording.json
end $WPA_PID $HOSTAPD

title "an ad hoc network"
/usr/sbin/ip link set wlan0 down
iw dev wlan0 set type ibss
/usr/sbin/ip link set wlan0 up
look --radio wlan0
check "beside it there is no access point" \
	found incompatible-interface obstacle incompatible_connection_started
/usr/sbin/ip link set wlan0 down
iw dev wlan0 set type managed

title "addresses for peers"
cp "$(command -v dnsmasq)" /run/dhcpd # by this name it is one that serves all interfaces
for holder in dnsmasq /run/dhcpd; do
	$holder --keep-in-foreground --conf-file=/dev/null --user=root --port=0 --interface=lo \
		--dhcp-range=127.0.0.2,127.0.0.9 --dhcp-leasefile=/run/leases >/run/holder.log 2>&1 &
	HOLDER=$!
	wait_for 5000 has ':0043 ' /proc/net/udp || cat /run/holder.log
	look --radio wlan0
	check "who has port 67 is named" \
		evidence port-67-taken "udp 0.0.0.0:67, user 0, ${holder##*/} (process $HOLDER)"
	case $holder in
	dnsmasq) check "dnsmasq may have it for one interface only" found port-67-taken warning ;;
	*)
		check "another program is an obstacle" found port-67-taken obstacle
		check "with exit status 1" status 1
		;;
	esac
	end $HOLDER
done
nft 'add table inet strict; add chain inet strict input { type filter hook input priority 0; policy drop; }'
look --radio wlan0
check "a firewall that drops requests is an obstacle" found firewall-drops obstacle
check "its chain is named" evidence firewall-drops 'table inet strict, chain input'
keep firewall --radio wlan0
nft delete table inet strict

title "the network runs"
/usr/sbin/ip link set wlan1 down
/usr/sbin/ip link set wlan2 down
must "it starts" ap_start wlan0 'Tea room' ''
look
check "with all other radios down its beacon is not read back, and that is said" \
	found beacon-not-read hint
check "the service is no stranger on its own radio" found radio ok
/usr/sbin/ip link set wlan1 up
look
jq -r '.findings[] | "        | \(.severity) \(.id): \(.cause) \(.evidence)"' $REPORT
check "its beacon is read back as asked" found beacon ok
check "wlan1 heard it" evidence beacon 'heard by wlan1'
check "its security was compared" evidence beacon 'security: RSN, group CCMP.*, pairwise CCMP.*, PSK'
keep running
look_as_nobody
check "a user without rights is told of the service" found service ok
check "and not told to get any" missing no-rights

title "a channel that was asked for"
hostednet stop >/dev/null
for channel in 12 52; do # nobody may transmit first; radar
	must "channel $channel is asked for" hostednet set --channel $channel
	look
	check "it is an obstacle" found channel-forbidden obstacle ap_start_failed
	hostednet start >/run/refused 2>&1
	sed 's/^/        | /' /run/refused
	grep -F -q "$(of channel-forbidden .cause)" /run/refused
	check "the service refuses in the same words" equal 0 $?
done
eval "$(of channel-forbidden .command)"
look
check "the command that was given takes it out of the way" missing channel-forbidden
hostednet set --mode disallow
look
check "a network that is disallowed is an obstacle" found disabled obstacle interface_unavailable
hostednet set --mode allow
ap_stop

title "no radio at all"
for i in 0 1 2; do ns_add away$i wlan$i; done
look
check "no radio is an obstacle" found no-radio obstacle interface_unavailable
keep none
