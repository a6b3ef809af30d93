#!/bin/sh
#lab -f hostednet -f jq
# shellcheck shell=ash disable=SC2034
# Adapter for hostednet, and what its own cases need beside.

export HOSTEDNET_SOCKET=/run/hostednet.sock
AP_STATE=/run/hostednet.state

ap_start() { # IFACE SSID PRIMARY [SECONDARY]: the system makes the primary key, see $AP_PRIMARY
	ap_serve "$1" && ap_configure "$2" "$4" && hostednet start >/dev/null || return 1
	ap_read_primary
}
ap_serve() { # IFACE [OPTION...]: the service alone
	local radio=$1
	shift
	AP_IFACE=hosted0
	AP_LOG=/run/hostednet.log
	# shellcheck disable=SC2086
	hostednet serve --radio "$radio" --state-dir "$AP_STATE" ${AP_CHANNEL:---channel 6} \
		${AP_ADDRESSES:---no-addresses} "$@" >>"$AP_LOG" 2>&1 &
	AP_PID=$!
	wait_for 10000 ap_decided
	ap_answers
}
ap_decided() { ap_answers || dead "$AP_PID"; }
ap_answers() { hostednet status >/dev/null 2>&1; }
ap_configure() { # SSID [SECONDARY]
	hostednet set --ssid "$1" && { [ -z "$2" ] || ap_set_secondary "$2"; }
}
ap_stop() { end "$AP_PID"; }
ap_read_primary() { AP_PRIMARY=$(hostednet key show --json | jq -r .primary.key); }
ap_set_secondary() { # KEY, empty to remove it; live
	AP_SECONDARY=$1
	if [ -z "$1" ]; then
		hostednet key remove
	elif [ ${#1} -eq 64 ]; then
		echo "$1" | hostednet key set --raw
	else
		echo "$1" | hostednet key set
	fi >/dev/null
}
ap_status() { hostednet status --json | jq -r "$1"; } # FILTER
ap_peer() { # MAC: which key it joined with; nothing when it is not there
	ap_status ".peers[] | select(.mac == \"$1\" and .auth == \"authenticated\") | .key"
}
ap_peer_is() { [ "$(ap_peer "$1")" = "$2" ]; } # MAC KEY
ap_events() { # all that happens from now on, in $AP_EVENTS
	AP_EVENTS=/run/events.log
	hostednet events --json >"$AP_EVENTS" 2>/run/events.err &
	AP_EVENTS_PID=$!
	sleep 0.3
}
ap_event() { # LINES PATTERN: such an event came after those lines
	wait_for 8000 seen "$AP_EVENTS" "$1" "$2"
}
