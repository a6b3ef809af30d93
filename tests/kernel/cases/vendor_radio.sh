#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f vendor_peer -f tcpdump -f /usr/bin/ping -t 90
# Vendors' frames over the radio alone, without the service: before the key, with the key
# before the port is open, with the port open, in clear in spite of the key; and no data without a key.
. /lab/lib.sh
SECRET='a secret of vendors'
if [ -n "$LAB_OUT" ]; then trap 'e=$?; [ $e = 0 ] && e=$FAILED; cp /run/air.pcap /run/*.log /run/*.key /out/; exit $e' EXIT; fi
mac1=$(mac_of wlan1)

ip link set hwsim0 up
/usr/bin/tcpdump -Z root -i hwsim0 -U -w /run/air.pcap >/run/tcpdump.log 2>&1 &
TCPDUMP_PID=$!
must "the air is watched" wait_for 5000 has listening /run/tcpdump.log

title "an ended process left a monitor behind"
vendor_peer access-point wlan0 testnet 6 "$SECRET" /run/ap.key >/run/killed.log 2>&1 &
AP_PID=$!
must "the access point starts" wait_for 10000 has started /run/killed.log
check "beside it is a monitor" has hosted0-air /proc/net/dev
kill -9 $AP_PID
wait $AP_PID 2>/dev/null
check "which is there when it was killed" has hosted0-air /proc/net/dev

title "each way of a frame"
vendor_peer access-point wlan0 testnet 6 "$SECRET" /run/ap.key >/run/ap.log 2>&1 &
AP_PID=$!
must "it starts again" wait_for 10000 has started /run/ap.log
bssid=$(sed -n 's/^started //p' /run/ap.log)
sed -n 's/^refused: /        | /p' /run/ap.log
mkfifo /run/orders
ns_add vendor wlan1
ns vendor /usr/sbin/ip link set wlan1 up
ns_exec vendor vendor_peer station wlan1 testnet 2437 $bssid "$SECRET" /run/sta.key </run/orders >/run/sta.log 2>&1 &
STA_PID=$!
exec 5>/run/orders
must "the station is associated" wait_for 20000 has associated /run/sta.log
check "its frame passes the closed port" wait_for 10000 has 'heard start' /run/ap.log
check "and the answer passes it" wait_for 10000 has hello /run/sta.log
check "both have the key" wait_for 10000 has open /run/sta.log
check "it is the same" equal "$(cat /run/ap.key)" "$(cat /run/sta.key)"
check "frames pass between key and open port" wait_for 10000 has 'answer, port closed, key' /run/ap.log
check "frames pass the open port" wait_for 10000 has 'answer, port open, key' /run/ap.log
check "a frame goes out in clear when it shall" wait_for 10000 has 'question 03' /run/sta.log
ns vendor iw dev wlan1 interface add mon-wlan1 type monitor
ns vendor /usr/sbin/ip link set mon-wlan1 up
echo inject >&5
sleep 0.3
echo start >&5
check "one that comes in clear in spite of the key is not heard" \
	wait_for 10000 has 'only in clear from now on' /run/ap.log
echo start >&5
sleep 0.3
echo inject >&5
check "where it must come so it is, and a protected one is not" \
	wait_for 10000 has 'heard a frame in clear' /run/ap.log
address hosted0 10.0.0.1
address wlan1 10.0.0.2 vendor
check "data pass both ways" pings vendor 10.0.0.1
ns_exec vendor /usr/bin/ping -n -q -i 0.02 10.0.0.1 >/run/up.log 2>&1 &
UP_PID=$!
/usr/bin/ping -n -q -i 0.02 10.0.0.2 >/run/down.log 2>&1 &
DOWN_PID=$!
sleep 0.5
echo bye >&5
check "the farewell is heard" wait_for 10000 has 'heard bye' /run/ap.log
check "the key is deleted while the port is open" wait_for 10000 has 'key deleted, port open' /run/ap.log
check "then nothing is answered" not pings vendor 10.0.0.1
check "the access point ends" wait_for 10000 has '^ended' /run/ap.log
check "and leaves no interface" not has hosted0 /proc/net/dev
end $UP_PID $DOWN_PID
sleep 0.5
kill $TCPDUMP_PID
wait $TCPDUMP_PID 2>/dev/null
sed 's/^/        | /' /run/ap.log /run/sta.log
vendor_peer verify /run/air.pcap $bssid $mac1 "$(cat /run/ap.key)" | tee /run/verdict | sed 's/^/        | /'
check "no data went in clear" has ' clear-data=0 ' /run/verdict
check "no other key was used" has ' other-key=0$' /run/verdict
check "no packet number was used twice" has ' number-reused=0 ' /run/verdict
check "data were protected" not has ' data=0 ' /run/verdict
check "vendors' frames were protected" not has ' vendor=0 ' /run/verdict
