#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 3 -f wpa_supplicant -f wpa_cli -f adapters -t 120
# The machine's adapters as the service tells of them, the radio's switches, and
# interfaces beside which there is no access point.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
is() { # PATTERN: such a line is there
	adapters >/run/adapters && grep -qx "$1" /run/adapters
}
state() { [ "$(ap_status .state)" = "$1" ]; }
soft=$(echo /sys/class/ieee80211/"$(phy_of wlan0)"/rfkill*/soft)
phy=$(phy_of wlan0)

must "the network starts" ap_start wlan0 testnet '' 'a key of people'
ap_events
/usr/sbin/ip link set wlan0 up
adapters | sed 's/^/        | /'
check "each station interface is there, ours is not" \
	equal "wlan0 wlan1 wlan2" "$(adapters | cut -d: -f1 | xargs)"
check "one that nobody uses is disconnected and capable" \
	is 'wlan0: Disconnected, software On, hardware On, ExtensibleStation, channel -, hosted network yes'
check "one that is down is not ready" is 'wlan1: NotReady, .*'
wpa_start wlan1 testnet 'a key of people'
must "a station joins" wait_for 20000 wpa_is wlan1 COMPLETED
check "it is told as connected, with its channel" is 'wlan1: Connected, .* channel 6, .*'
end $WPA_PID

title "the switch"
n=$(lines $AP_EVENTS)
check "the radio is switched off through the service" adapters wlan0 off
check "the kernel knows" equal 1 "$(cat $soft)"
check "the adapter is not ready" is 'wlan0: NotReady, software Off, hardware On, .*'
check "another radio is not concerned" is 'wlan2: NotReady, software On, .*'
check "the network is unavailable" wait_for 5000 state unavailable
check "the radio is switched on again" adapters wlan0 on
check "the kernel knows" equal 0 "$(cat $soft)"
check "the network is idle" wait_for 5000 state idle
check "it starts" hostednet start
check "the switch of others is followed too" eval "echo 1 >$soft; wait_for 5000 is 'wlan0: NotReady, software Off, .*'"
check "and the network ends" wait_for 5000 state unavailable
echo 0 >$soft
check "until it is on" wait_for 5000 state idle
not_ours() { ! adapters wlan0 monitor >/run/refused 2>&1; }
check "the mode of an interface is not changed" not_ours
sed 's/^/        | /' /run/refused
check "and the refusal has a remedy" grep -q 'iw dev' /run/refused

title "a monitor beside the access point"
check "the network starts" hostednet start
must "a monitor is made" iw phy $phy interface add mon0 type monitor
sleep 0.5
check "one that is down disturbs nobody" state active
n=$(lines $AP_EVENTS)
/usr/sbin/ip link set mon0 up
check "one that is up ends the network" wait_for 5000 state unavailable
check "for an incompatible connection" ap_event $n incompatible_connection_started
hostednet start >/run/refused 2>&1
sed 's/^/        | /' /run/refused
check "a start is refused and names it" grep -q mon0 /run/refused
n=$(lines $AP_EVENTS)
/usr/sbin/ip link set mon0 down
check "when it is down the network is idle" wait_for 5000 state idle
check "because that connection ended" ap_event $n incompatible_connection_stopped
/usr/sbin/ip link set mon0 up
check "it comes again" wait_for 5000 state unavailable
iw dev mon0 del
check "and goes with its interface" wait_for 5000 state idle
check "the network starts" hostednet start
wpa_start wlan1 testnet 'a key of people'
check "a station joins" wait_for 20000 wpa_is wlan1 COMPLETED
end $WPA_PID
ap_stop

title "a monitor that is there before"
iw phy $phy interface add mon0 type monitor
/usr/sbin/ip link set mon0 up
must "the service starts" ap_serve wlan0
check "the network is unavailable" state unavailable
iw dev mon0 set type managed 2>/dev/null || iw dev mon0 del
check "until it is something else" wait_for 5000 state idle
ap_stop
