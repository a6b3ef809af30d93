#!/bin/sh
# shellcheck shell=ash disable=SC1091,SC2016,SC2034,SC2046,SC2086,SC2153,SC2154
#lab -r 2 -t 300 -m 768 -f dist/systemd -f dist/policy.toml -f /usr/lib/systemd/systemd -f systemctl
#lab -f hostednet-ihvhost -f libihv_handshake.so
#lab -f udevadm -f dist/udev -f hostednet -f jq -f wpa_supplicant -f wpa_cli -f /usr/bin/ping
# The units under a real systemd, on a simulated radio of the kernel: the service works with the
# capabilities, files, devices and system calls it is left with, and is left with no more.
. /lab/lib.sh
SOCKET=/run/hostednet/control.sock
ROOT=/run/root
a_home=home/someone

# --- systemd, as the first process of a namespace -------------------------

# A root of its own; the units that ours refer to are empty ones.
tree() {
	mkdir -p $ROOT && mount -t tmpfs -o mode=755 tmpfs $ROOT || return
	for f in /*; do
		case $f in
		/proc | /sys | /dev | /run | /tmp | /out) mkdir $ROOT$f ;;
		*) cp -a $f $ROOT/ || return ;;
		esac
	done
	cd $ROOT || return
	mkdir -p etc/systemd/system etc/hostednet etc/default etc/ssh usr/lib/systemd/system var/tmp var/log \
		var/lib $a_home
	chmod 1777 var/tmp
	: >etc/machine-id
	cp lab/systemd/* usr/lib/systemd/system/
	cp lab/policy.toml etc/hostednet/
	echo 'HOSTEDNET_OPTIONS="--radio wlan0 --channel 6"' >etc/default/hostednet
	mkdir -p usr/bin && ln -s ../local/bin/hostednet usr/bin/hostednet
	echo 'guest:x:1000:1000::/tmp:/bin/sh' >>etc/passwd
	printf 'guest:x:1000:\nhostednet:x:990:\n' >>etc/group
	ln -sf /bin/busybox bin/kill
	for target in sysinit basic shutdown umount sleep lab; do
		printf '[Unit]\nDescription=Stands for %s.target\nDefaultDependencies=no\n' $target \
			>usr/lib/systemd/system/$target.target
	done
	mkdir -p usr/lib/udev/rules.d
	cp lab/udev/* usr/lib/udev/rules.d/
	ln -s /usr/bin/udevadm usr/lib/systemd/systemd-udevd
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nExecStart=/usr/lib/systemd/systemd-udevd\n' \
		>usr/lib/systemd/system/udev.service
	for unit in hostednet hostednet-sleep; do
		mkdir -p etc/systemd/system/$unit.service.d
		printf '[Service]\nStandardOutput=append:/run/%s.log\nStandardError=inherit\n' $unit \
			>etc/systemd/system/$unit.service.d/log.conf
	done
	cat >start <<-'E'
		export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/lab/applets container=lab
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mount -t devtmpfs dev /dev
		mount -t tmpfs -o mode=755 tmpfs /run
		mount -t tmpfs -o mode=1777 tmpfs /tmp
		exec /usr/lib/systemd/systemd --system --unit=lab.target --log-target=console --show-status=no
	E
	cd /
}
# In the root and the processes of systemd.
inside() { timeout 20 nsenter -t $INIT -m -p -r "$@"; }
ctl() { inside /usr/bin/systemctl --no-pager "$@"; }
cli() { inside /usr/bin/hostednet --socket $SOCKET "$@"; }
as_guest() { inside /bin/busybox su guest -c "HOSTEDNET_SOCKET=$SOCKET $*"; }
booted() { [ -S /proc/$INIT/root/run/systemd/private ] && timeout 5 nsenter -t $INIT -m -p -r /usr/bin/systemctl is-active lab.target >/dev/null 2>&1; }
main_pid() { ctl show -P MainPID hostednet.service; }
# The service's /proc/PID, seen from inside.
of_service() { inside cat /proc/$(main_pid)/$1; }
status_is() { equal "$2" "$(of_service status | sed -n "s/^$1:[[:blank:]]*//p")"; }
state() { cli status --json | jq -r .state; }
state_is() { [ "$(state)" = "$1" ]; }
mode_is() { equal "$1" "$(inside stat -c %a $2)"; }
active() { [ "$(ctl is-active hostednet.service)" = active ]; }

tree || exit 1
unshare -m -p -f sh -c "cd $ROOT && mount --move . / && exec chroot . /bin/sh /start" >/run/systemd.log 2>&1 &
UNSHARE=$!
find_init() { # the child of unshare, once it has become systemd
	INIT=$(grep -lx systemd /proc/[0-9]*/comm 2>/dev/null | sed -n '1s/[^0-9]//gp')
	[ -n "$INIT" ]
}
wait_for 10000 find_init
umount -l $ROOT # systemd has it in its own namespace
check "systemd runs" wait_for 30000 booted || { cat /run/systemd.log; exit 1; }

# --- start ----------------------------------------------------------------

title "start"
check "the units can be enabled" ctl enable hostednet.service
check "udev reads the rules" ctl start udev.service
check "the service waits for a radio" not active
inside /usr/bin/udevadm trigger --action=add --subsystem-match=net
must "udev finds one, the service starts" wait_for 10000 active
check "it may administer networks, send packets and serve addresses, nothing else" status_is CapEff 0000000000003400
check "nor may it get more" status_is CapBnd 0000000000003400
check "by no program" status_is NoNewPrivs 1
check "its system calls are filtered" status_is Seccomp 2
check "the state folder is private" mode_is 700 /var/lib/hostednet
check "the runtime folder is open" mode_is 755 /run/hostednet
check "everybody reaches the socket" mode_is 666 $SOCKET
view=/proc/$(main_pid)/root
check "the service sees its own state" inside test -d "$view/var/lib/hostednet"
check "and no other of /var" not inside test -e "$view/var/log/."
check "no homes" not inside test -e "$view/$a_home"
check "it watches the radio's switches" eval 'inside ls -l /proc/$(main_pid)/fd | grep -q /dev/rfkill'

# --- use ------------------------------------------------------------------

title "use"
check "the network starts on the kernel's radio" cli start
check "a guest may set the secondary key" as_guest 'echo guest-secret | /usr/bin/hostednet key set'
SSID=$(cli status --json | jq -r .ssid)
wpa_start wlan1 "$SSID" guest-secret
check "a station joins with it" wait_for 20000 wpa_is wlan1 COMPLETED
check "the service knows it" eval '[ "$(cli peers --json | jq -r ".[0].key")" = secondary ]'
check "the settings are stored" inside test -s /var/lib/hostednet/settings.toml
echo 1 >/sys/class/rfkill/rfkill0/soft
check "a radio that is switched off ends the network" wait_for 5000 not state_is active
echo 0 >/sys/class/rfkill/rfkill0/soft
wait_for 5000 state_is idle
check "switched on, it starts again" cli start

# --- an extension of a vendor ---------------------------------------------

title "extension"
library=/usr/local/bin/libihv_handshake.so
host_pid() { cli ihv list --json | jq -r '[.. | .pid? // empty][0] // empty'; }
of_host() { inside cat /proc/$(host_pid)/status | sed -n "s/^$1:[[:blank:]]*//p"; }
runs() { [ -n "$(host_pid)" ] && [ "$(host_pid)" != 0 ]; }
inside /bin/sh -c 'echo "<sharedSecret>kept between us two</sharedSecret>" >/tmp/security.xml'
check "it is installed" cli ihv install $library --name example --oui 02:ca:fe --serve-element \
	--security /tmp/security.xml
check "its process runs with the network" wait_for 10000 runs
check "without a capability" equal 0000000000000000 "$(of_host CapEff)"
check "its system calls are filtered twice" [ "$(of_host Seccomp_filters)" -ge 2 ]
cli ihv log example >/run/ihv.log
check "what Landlock this kernel has is told" grep -q 'Landlock of this kernel' /run/ihv.log
check "and nothing else is missing that the unit could give" not grep -e 'not filtered' -e 'cannot be given up' /run/ihv.log
HOST=$(host_pid)
check "it can be killed and comes back" eval 'inside /bin/busybox kill -9 $HOST && wait_for 10000 eval "runs && [ \"\$(host_pid)\" != $HOST ]"'
HOST=$(host_pid)
gone() { ! inside test -e /proc/$1/status; }

# --- reload, crash, sleep, stop -------------------------------------------

title "reload"
PID=$(main_pid)
inside /bin/sh -c 'echo hosted_network = \"disallow\" >/etc/hostednet/policy.toml'
check "systemctl reload succeeds" ctl reload hostednet.service
check "a forbidden network stops" wait_for 5000 not state_is active
check "cannot start" not cli start
check "the service is the same" equal "$PID" "$(main_pid)"
inside /bin/sh -c 'echo hosted_network = \"allow\" >/etc/hostednet/policy.toml'
ctl reload hostednet.service
wait_for 5000 state_is idle
check "allowed again, it starts" cli start

title "crash"
PID=$(main_pid)
must "there is a service to kill" [ "$PID" != 0 ]
inside /bin/busybox kill -9 $PID
check "no extension outlives it" wait_for 5000 gone $HOST
check "a killed service comes back" wait_for 10000 eval 'active && [ "$(main_pid)" != $PID ]'
check "and starts its network again" wait_for 5000 cli start
check "there is one access point" equal 1 "$(iw dev | grep -c 'type AP')"

title "sleep"
check "the machine goes to sleep" ctl start sleep.target
check "the network stops before" state_is idle
check "the service stays" active

title "stop"
cli start >/dev/null
check "the service stops" ctl stop hostednet.service
check "no access point is left" equal 0 "$(iw dev | grep -c 'type AP')"
check "the runtime folder stays for a later start" inside test -d /run/hostednet
check "systemd calls nothing failed" equal '' "$(ctl list-units --failed --plain --no-legend)"
check "the filter refused nothing the service wanted" not inside grep -i 'cannot\|not permitted' /run/hostednet.log
if [ $FAILED != 0 ]; then
	inside cat /run/hostednet.log /run/hostednet-sleep.log
	ctl status hostednet.service hostednet-sleep.service
fi
kill -9 $INIT $UNSHARE
