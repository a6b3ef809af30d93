#!/bin/sh
#lab -f hostapd -f hostapd_cli
# shellcheck shell=ash disable=SC2034
# Adapter for hostapd.  What an adapter defines is told in README.md.

ap_start() { # IFACE SSID PRIMARY [SECONDARY]
	AP_IFACE=$1 AP_SSID=$2 AP_PRIMARY=$3 AP_SECONDARY=$4
	AP_LOG=/run/hostapd.log
	hostapd_keys
	hostapd_config >/run/hostapd.conf
	rm -f "$AP_LOG"
	# shellcheck disable=SC2086
	hostapd -t $HOSTAPD_ARGS /run/hostapd.conf >"$AP_LOG" 2>&1 &
	AP_PID=$!
	wait_for 10000 has AP-ENABLED "$AP_LOG"
}
ap_stop() { end "$AP_PID"; }
ap_set_secondary() { # KEY, empty to remove it; live
	AP_SECONDARY=$1
	hostapd_keys
	hostapd_cli -p /run/hostapd -i "$AP_IFACE" reload_wpa_psk >/dev/null
}

hostapd_keys() {
	local k
	for k in "$AP_PRIMARY" "$AP_SECONDARY"; do
		if [ -n "$k" ]; then echo "00:00:00:00:00:00 $k"; fi
	done >/run/hostapd.psk
}
hostapd_config() {
	cat <<-E
		interface=$AP_IFACE
		driver=nl80211
		ctrl_interface=/run/hostapd
		ssid=$AP_SSID
		hw_mode=g
		channel=${HOSTAPD_CHANNEL:-6}
		ieee80211n=1
		wmm_enabled=1
		wpa=2
		wpa_key_mgmt=WPA-PSK
		rsn_pairwise=CCMP
		wpa_psk_file=/run/hostapd.psk
		$HOSTAPD_CONF
	E
}
