#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2016,SC2034,SC2086,SC2153,SC2154,SC2317
#lab -r 2 -f wpa_supplicant -f wpa_cli -f dnsmasq -f nft -f /usr/bin/ping -t 600
#lab -M veth,nf_tables,nf_conntrack,nf_nat,nft_chain_nat,nft_masq,nft_ct
# A station gets an address without the internet and then with it, from a real
# DHCP client in a namespace of its own; the internet is another namespace. Its
# way there is lost and comes back, the service is killed, port 53 is taken, and
# nobody else's rules are touched.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
AP_ADDRESSES=-vv
INTERNET=198.51.100.7
DHCP=/run/dhcp
ip() { /usr/sbin/ip "$@"; }

# --- the internet: behind up0 and a router, with names and a page -------------

up_up() {
	ip link set up0 up
	ip address replace 10.9.0.2/24 dev up0
	ip -6 address replace fd99::2/64 dev up0 nodad
	ip route replace default via 10.9.0.1
	ip -6 route replace default via fd99::1
}
internet() {
	ip netns add inet
	ip link add up0 type veth peer name up1
	ip link set up1 netns inet
	ip link set lo up
	ns inet /usr/sbin/ip link set lo up
	ns inet /usr/sbin/ip link set up1 up
	ns inet /usr/sbin/ip address add 10.9.0.1/24 dev up1
	ns inet /usr/sbin/ip address add $INTERNET/32 dev lo
	ns inet /usr/sbin/ip -6 address add fd99::1/64 dev up1 nodad
	ns inet /usr/sbin/ip -6 address add 2001:db8::7/128 dev lo nodad
	up_up
	mkdir -p /run/www
	echo 'the page' >/run/www/index.html
	ns inet busybox httpd -p $INTERNET:80 -h /run/www
	echo 'nameserver 10.9.0.1' >/etc/resolv.conf
	: >/run/empty.conf
	ns_exec inet dnsmasq -k -C /run/empty.conf -u root --log-facility=- --no-resolv --no-hosts --bind-interfaces \
		--listen-address=10.9.0.1 --address=/www.test/$INTERNET >/run/names.log 2>&1 &
	NAMES_PID=$!
}

# --- the station ---------------------------------------------------------------

mkdir -p $DHCP
cat >$DHCP/script <<-'E'
	#!/bin/sh
	[ "$1" = bound ] || [ "$1" = renew ] || exit 0
	/usr/sbin/ip address flush dev $interface scope global
	/usr/sbin/ip address add $ip/${mask:-24} dev $interface
	if [ -n "$router" ]; then /usr/sbin/ip route replace default via ${router%% *}; fi
	{ echo "ip=$ip"; echo "router=$router"; echo "dns=$dns"; } >/run/dhcp/lease
E
chmod 755 $DHCP/script
dhcp() { # HOST-NAME: a lease from scratch
	rm -f $DHCP/lease
	ns sta timeout 20 busybox udhcpc -f -q -n -t 8 -T 1 -i wlan1 -x hostname:"$1" -s $DHCP/script \
		>>/run/udhcpc.log 2>&1
}
lease() { sed -n "s/^$1=//p" $DHCP/lease 2>/dev/null; }
in_net() { case $(lease ip) in "$1".*) true ;; *) echo "        has '$(lease ip)'"; false ;; esac }
page() { [ "$(ns sta timeout 10 busybox wget -q -O - http://$INTERNET/ 2>/dev/null)" = 'the page' ]; }
named() { ns sta timeout 10 busybox nslookup www.test 192.168.137.1 2>/dev/null | grep -q $INTERNET; }

# --- the service ---------------------------------------------------------------

share() { hostednet share status --json | jq -r "$1"; } # FILTER
is() { [ "$(share "$1")" = "$2" ]; } # FILTER VALUE
told() { share .trouble.text | grep -q -e "$1"; } # PATTERN
peer() { hostednet peers --json | jq -r ".[0].$1"; } # FIELD
running() { is .state running; }
shared() { running && is .upstream "$1"; }
ours() { nft list tables | grep -c 'table inet hostednet'; }
no_table() { [ "$(ours)" = 0 ]; }
foreign() { nft list ruleset | awk '/^table inet hostednet /{ skip = 1 } !skip { print } /^}/{ skip = 0 }'; }
dnsmasqs() { pidof dnsmasq | wc -w; }
dnsmasqs_are() { [ "$(dnsmasqs)" = "$1" ]; }
addresses() { ip -o address show dev $AP_IFACE 2>/dev/null | grep -c 'scope global'; }
forwards() { cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding | tr '\n' ' '; }
forwards_are() { [ "$(forwards)" = "$1" ]; }

internet
must "the internet is there" wait_for 5000 has started /run/names.log
nft -f - <<-'E'
	table ip others {
		chain output {
			type filter hook output priority filter; policy accept;
			tcp dport 4711 drop
		}
	}
E
foreign >/run/foreign.before
FORWARDS=$(forwards) DNSMASQS=$(dnsmasqs)
ns_add sta wlan1

title "addresses alone"
must "the network starts" ap_start wlan0 testnet '' 'a key of people'
must "addresses are given" wait_for 30000 running
check "the host has the usual address" equal 192.168.173.1 "$(share .address)"
NS=sta wpa_start wlan1 testnet 'a key of people'
must "a station joins" wait_for 60000 wpa_is wlan1 COMPLETED
must "it gets an address" dhcp phone
check "of the usual subnet" in_net 192.168.173
check "and no router" equal '' "$(lease router)"
check "and no name server" equal '' "$(lease dns)"
check "it reaches the host" pings sta 192.168.173.1
check "and not the internet" not page
check "peers tells its address" equal "$(lease ip)" "$(peer address)"
check "and its name" equal phone "$(peer host_name)"
check "the kernel forwards nothing for us" forwards_are "$FORWARDS"

title "the internet"
must "it can be shared" hostednet share on
must "through the default route" wait_for 30000 shared up0
check "by our own table" equal 1 "$(ours)"
must "the station gets a new address" dhcp phone
check "of the other usual subnet" in_net 192.168.137
check "with a router" equal 192.168.137.1 "$(lease router)"
check "it pings the internet" pings sta $INTERNET
check "a name is resolved" named
check "TCP passes" page
check "IPv6 passes" wait_for 30000 ns sta /usr/bin/ping -6 -n -q -c 1 -W 2 2001:db8::7
check "nothing is wrong" equal null "$(share .trouble)"
check "the same again is no change" hostednet share on
check "others' rules are as before" equal "$(cat /run/foreign.before)" "$(foreign)"

title "the way there is lost and comes back"
ip link set up0 down
check "it is told" wait_for 10000 shared null
check "with what is wrong" told 'no default route'
check "the station keeps its address" pings sta 192.168.137.1
up_up
check "it is shared again" wait_for 10000 shared up0
check "TCP passes again" wait_for 10000 page

title "somebody else's firewall"
nft -f - <<-'E'
	table ip filter {
		chain FORWARD {
			type filter hook forward priority filter; policy drop;
		}
	}
E
check "sharing goes off" hostednet share off
must "addresses alone are given" wait_for 30000 is .address 192.168.173.1
check "it goes on to a named interface" hostednet share on --to up0
check "which is shared" wait_for 30000 shared up0
check "who drops is named" wait_for 30000 told 'table ip filter'
nft delete table ip filter

title "a service that is killed"
kill -9 $AP_PID
wait $AP_PID 2>/dev/null
check "dnsmasq dies with it" wait_for 3000 dnsmasqs_are $DNSMASQS
check "its table is still there" equal 1 "$(ours)"
must "a new service starts" ap_serve wlan0
check "it removes the table" wait_for 5000 no_table
check "and gives forwarding back" wait_for 5000 forwards_are "$FORWARDS"
check "it knows that the internet is to be shared" is .mode full
must "the network starts" hostednet start
must "the internet is shared" wait_for 30000 shared up0
must "the station is back" wait_for 60000 wpa_is wlan1 COMPLETED
must "it gets an address" wait_for 20000 dhcp phone
check "TCP passes" wait_for 10000 page

title "port 53 is taken"
check "the network stops" hostednet stop
check "it leaves no table" wait_for 10000 no_table
check "no dnsmasq" wait_for 5000 dnsmasqs_are $DNSMASQS
check "forwarding as it was" wait_for 5000 forwards_are "$FORWARDS"
check "no address" wait_for 5000 equal 0 "$(addresses)"
dnsmasq -k -C /run/empty.conf -u root --log-facility=- --no-resolv --no-hosts >/run/taken.log 2>&1 &
taken=$!
must "a program listens everywhere" wait_for 5000 has started /run/taken.log
must "the network starts" hostednet start
must "addresses are given" wait_for 20000 running
check "who has the port is told" told "dnsmasq (process $taken)"
must "the station is back" wait_for 60000 wpa_is wlan1 COMPLETED
must "it gets an address" wait_for 20000 dhcp phone
check "and the machine's own name server" equal 10.9.0.1 "$(lease dns)"
check "TCP passes" wait_for 10000 page
end $taken

title "the subnet is in use"
hostednet stop >/dev/null
ip address add 192.168.137.77/24 dev up0
must "the network starts" hostednet start
must "addresses are given" wait_for 30000 running
check "of another subnet" equal 192.168.138.1 "$(share .address)"
check "which is told" told 'up0 uses 192.168.137.0/24'
ip address del 192.168.137.77/24 dev up0

title "the end"
check "sharing goes off" hostednet share off
must "addresses alone are given" wait_for 30000 is .address 192.168.173.1
ap_stop
check "no table is left" equal 0 "$(ours)"
check "no dnsmasq" equal $DNSMASQS "$(dnsmasqs)"
check "no note" not [ -e /run/hostednet/sharing.claim ]
check "forwarding is as it was" forwards_are "$FORWARDS"
check "others' rules are as before" equal "$(cat /run/foreign.before)" "$(foreign)"
end $NAMES_PID
