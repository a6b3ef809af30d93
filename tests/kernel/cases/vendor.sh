#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 4 -f vendor_peer -f hostednet-ihvhost -f libhandshake.so:/lab/libhandshake.so -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -f tcpdump -t 300
# The example extension of examples/ihv serves a station of its vendor's: with the key it sets, frames
# are protected on the air; when it deletes the key, none pass and none are in clear. Its host process is
# killed. A station with the secondary key notices nothing of all that.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
SECRET='kept between us two'
SECONDARY='a key of people'
mac1=$(mac_of wlan1) mac2=$(mac_of wlan2)
keep() { # for whoever runs it with -o
	[ -n "$LAB_OUT" ] && cp /run/*.pcap /run/*.log /run/*.key /out/ 2>/dev/null
}
trap 'e=$?; [ $e = 0 ] && e=$FAILED; keep; exit $e' EXIT

watch_air() { # NAME: all frames from now on
	/usr/bin/tcpdump -Z root -i hwsim0 -U -w "/run/$1.pcap" >"/run/$1.tcpdump" 2>&1 &
	WATCH_PID=$!
	wait_for 5000 has listening "/run/$1.tcpdump"
}
judge_air() { # NAME KEYFILE: ends watching; $VERDICT
	sleep 0.3 # what is in tcpdump's buffer
	kill $WATCH_PID
	wait $WATCH_PID 2>/dev/null
	VERDICT=" $(vendor_peer verify "/run/$1.pcap" $bssid $mac1 "$(cat "$2")") "
	echo "       |$VERDICT"
}
seen_on_air() { # COUNT: the number of that kind is not 0
	case $VERDICT in *" $1=0 "*) return 1 ;; *" $1="*) return 0 ;; *) return 1 ;; esac
}
join() { # NUMBER [SECRET]: the vendor's station, log and key by that number; orders over descriptor 5
	rm -f /run/orders
	mkfifo /run/orders
	ns_exec vendor vendor_peer station wlan1 testnet 2437 $bssid "${2:-$SECRET}" /run/sta$1.key \
		</run/orders >/run/sta$1.log 2>&1 &
	STA_PID=$!
	exec 5>/run/orders
	wait_for 20000 has '^open\|^away' /run/sta$1.log && has '^open' /run/sta$1.log
}
leave() {
	exec 5>&-
	wait_for 5000 dead $STA_PID || kill $STA_PID
	wait $STA_PID 2>/dev/null
}
hosts() { hostednet ihv list --json | jq -r '.[0].hosts[] | select(.adapter == "access_point") | '"$1"; }
ready() { [ "$(hosts .state)" = running ]; }
another() { ready && [ "$(hosts .pid)" != "$pid" ]; }
answers() { /usr/bin/ping -n -q -c 3 -i 0.2 -W 2 10.0.0.2 >/dev/null; }
is_vendors() { [ "$(ap_peer $mac1)" = vendor ]; }

echo 'hostednet-ihv:x:990:990::/:/bin/false' >>/etc/passwd
printf '<sharedSecret>%s</sharedSecret>\n' "$SECRET" >/run/security.xml
ip link set hwsim0 up
ns_add vendor wlan1
ns_add wpa wlan2
ns vendor /usr/sbin/ip link set wlan1 up
must "the service starts" ap_serve wlan0
must "the network is named" ap_configure testnet "$SECONDARY"
must "the extension is installed" hostednet ihv install /lab/libhandshake.so --name handshake \
	--oui 02:CA:FE --serve-element 1 --security /run/security.xml
ap_events
must "the network starts" hostednet start
bssid=$(mac_of $AP_IFACE)
must "the extension's host runs" wait_for 10000 ready
check "the monitor for its frames is there" wait_for 5000 has $AP_IFACE-air /proc/net/dev
check "and does not end the network" equal active "$(ap_status .state)"
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 vendor
address wlan2 10.0.0.3 wpa

title "a station with the secondary key"
NS=wpa wpa_start wlan2 testnet "$SECONDARY"
must "joins" wait_for 20000 wpa_is wlan2 COMPLETED
must "and pings all the time" ping_start 10.0.0.1 0.2 wpa
w=$(lines /run/wlan2.log)

title "a station with the vendor's element and another secret"
check "does not get in" not join 0 'a guessed secret'
check "is told so" has '^away' /run/sta0.log
check "is no peer" not is_vendors
leave

title "a station of the vendor's"
pid=$(hosts .pid)
must "the air is watched" watch_air first
must "it joins" join 1
check "as the vendor's peer" wait_for 5000 is_vendors
check "its pings are answered" pings vendor 10.0.0.1
check "and it answers those of the access point" answers
ip neigh flush dev $AP_IFACE
check "which finds it, though it has no group key" answers
judge_air first /run/sta1.key
check "its data are protected with the extension's key" seen_on_air data
check "none with another" not seen_on_air other-key
check "no packet number was used twice" not seen_on_air number-reused
check "none are in clear" not seen_on_air clear-data
check "but its handshake is" seen_on_air clear-vendor

title "somebody floods the air with what looks like the vendor's"
iw dev wlan3 interface add mon3 type monitor
iw dev wlan3 set type monitor
ip link set wlan3 up
iw dev wlan3 set channel 6
ip link set mon3 up
cpu=$(cpu_us $AP_PID)
check "it does" vendor_peer flood mon3 $bssid $mac1 20000
echo "        the service's processor time: $((($(cpu_us $AP_PID) - cpu) / 1000)) ms"
check "the vendor's station is there" is_vendors
check "and its pings are answered" pings vendor 10.0.0.1
check "the network is active" equal active "$(ap_status .state)"
check "the extension's host is the same" equal "$pid" "$(hosts .pid)"
ip link set mon3 down
ip link set wlan3 down

title "the farewell deletes the key"
must "the air is watched" watch_air farewell
ns_exec vendor /usr/bin/ping -n -q -i 0.02 10.0.0.1 >/run/up.ping 2>&1 &
UP_PID=$!
/usr/bin/ping -n -q -i 0.02 10.0.0.2 >/run/down.ping 2>&1 &
DOWN_PID=$!
sleep 1
n=$(lines $AP_EVENTS)
echo bye >&5
check "the station is sent away" wait_for 8000 has '^away' /run/sta1.log
check "and is no peer any more" wait_for 5000 not is_vendors
sleep 2 # both go on sending
end $UP_PID $DOWN_PID
check "its pings are not answered" not pings vendor 10.0.0.1
judge_air farewell /run/sta1.key
check "pings went both ways before" seen_on_air data
check "none went in clear afterwards" not seen_on_air clear-data
leave

title "the host process is killed"
must "the air is watched" watch_air killed
must "the station joins again" join 2
check "its pings are answered" pings vendor 10.0.0.1
pid=$(hosts .pid)
n=$(lines $AP_EVENTS)
check "the host has a process" kill -9 "$pid"
check "its end is told with the reason" ap_event $n '"what":"failed".*signal 9'
check "the station is sent away" wait_for 8000 has '^away' /run/sta2.log
check "another host is started" wait_for 10000 another
check "the station's pings are not answered" not pings vendor 10.0.0.1
judge_air killed /run/sta2.key
check "nothing went in clear" not seen_on_air clear-data
leave
check "it joins with the new host" join 3
check "its pings are answered" pings vendor 10.0.0.1
leave

title "meanwhile"
ping_stop
echo "        $PING_SENT pings of the station with the secondary key"
check "it lost none" equal 0 "$PING_LOST"
check "it was never interrupted" equal 0 "$(count /run/wlan2.log $w CTRL-EVENT-DISCONNECTED)"
check "it is there" equal secondary "$(ap_peer $mac2)"

title "the radio is switched off and on"
soft=$(echo /sys/class/ieee80211/"$(phy_of wlan0)"/rfkill*/soft)
state() { [ "$(ap_status .state)" = "$1" ]; }
echo 1 >$soft
check "the network is unavailable" wait_for 5000 state unavailable
check "without a monitor" wait_for 5000 not has $AP_IFACE-air /proc/net/dev
echo 0 >$soft
check "it is idle" wait_for 5000 state idle
check "it starts" hostednet start
check "the extension's host runs" wait_for 10000 ready
check "the vendor's station joins" join 4
check "its pings are answered" pings vendor 10.0.0.1
leave

title "the extension is removed"
check "it is" hostednet ihv remove handshake
check "the monitor goes with it" wait_for 5000 not has $AP_IFACE-air /proc/net/dev
check "the network stays" equal active "$(ap_status .state)"

sed 's/^/        | /' /run/sta[0-9].log
ap_stop
check "nothing is left behind" not has $AP_IFACE /proc/net/dev
