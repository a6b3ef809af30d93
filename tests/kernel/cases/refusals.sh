#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -t 120
# What the radio cannot do is refused with exit status 1 and a sentence of its
# own, and works when the reason has gone.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
sentences=/run/sentences
refused() { # NAME PATTERN COMMAND...: status 1, and a sentence with that in it
	local name=$1 pattern=$2
	shift 2
	"$@" >/run/refused 2>&1
	local status=$?
	sed 's/^/        | /' /run/refused
	head -n 1 /run/refused >>$sentences
	check "$name: exit status 1" equal 1 $status
	check "$name: says so" grep -Eqi "$pattern" /run/refused
}
cannot() { # CHANNEL: serve and start there
	if AP_CHANNEL="--channel $1" ap_serve wlan0; then
		hostednet start
	else # or already the service refuses
		tail -n 3 $AP_LOG
		wait $AP_PID
	fi
}
active() { [ "$(ap_status .state)" = active ]; }
soft=$(echo /sys/class/ieee80211/"$(phy_of wlan0)"/rfkill*/soft)

title "a blocked radio"
must "the service starts" ap_serve wlan0
echo 1 >$soft
refused "blocked by rfkill" 'rfkill|blocked|switched off' hostednet start
echo 0 >$soft
sleep 0.5
check "it starts when unblocked" hostednet start
echo 1 >$soft
check "a running network ends when the radio is blocked" wait_for 5000 not active
check "the service lives on" ap_answers
echo 0 >$soft
sleep 0.5
check "it starts again when unblocked" hostednet start
ap_stop

title "a forbidden channel"
for channel in 14 36; do
	refused "channel $channel" 'regulatory|not allowed|forbid|domain' cannot $channel
	check "no network is up" not active
	ap_stop
done

title "two owners"
must "the network starts" ap_start wlan0 testnet '' 'of the first'
wpa_start wlan1 testnet 'of the first'
must "a station joins" wait_for 20000 wpa_is wlan1 COMPLETED
n=$(lines /run/wlan1.log)
refused "a second service on the same socket" 'already|running|in use' \
	timeout 10 hostednet serve --radio wlan0 --state-dir $AP_STATE
second() { # the service may refuse at its start or when asked to start the network
	hostednet --socket /run/second.sock serve --radio wlan0 --state-dir /run/second >/run/second.log 2>&1 &
	local pid=$! status
	wait_for 5000 eval "dead $pid || hostednet --socket /run/second.sock status >/dev/null 2>&1"
	if alive $pid; then
		hostednet --socket /run/second.sock start
		status=$?
		end $pid
	else
		wait $pid
		status=$?
		cat /run/second.log
	fi
	return $status
}
refused "a second service on the same radio" 'already|in use|another|busy|owne' second
check "the first network goes on" active
check "its station noticed nothing" equal 0 "$(count /run/wlan1.log $n CTRL-EVENT-DISCONNECTED)"
check "its interface is still there" [ -e /sys/class/net/hosted0 ]

kinds=$(sed 's/[0-9][0-9]*/N/g' $sentences | sort -u | wc -l)
check "each refusal has a sentence of its own" [ "$kinds" -ge 4 ]
