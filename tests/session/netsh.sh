#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# Windows' grammar against a real service: what scripts and programs write, and what they read.
. "$(dirname "$0")/lib"

netsh() { "$program" netsh "$@"; }
out() { "$@" 2>/dev/null; }              # only what programs read
prints() { # TEXT COMMAND...: standard output is exactly that, line breaks and blanks included
	local expected=$1 said
	shift
	said=$(out "$@"; echo .)
	[ "$said" = "$expected." ] || { printf '%s\n' "not \"$expected\" but:" "${said%.}"; return 1; }
}
field() { out netsh wlan show "$1" "${@:3}" | sed -n "s/^ *$2 *: *//p" | head -n 1; } # OBJECT LABEL [PARAMETER]

down='The Wireless AutoConfig Service (wlansvc) is not running. '
check "no service: status 1" exits 1 netsh wlan show hostednetwork
check "in Windows' words" prints "$down"$'\n\n' netsh wlan start hostednetwork
check "how to start it is told on standard error" says 'Start it with `hostednet serve`' netsh wlan start hostednetwork
check "help needs no service" exits 0 netsh wlan set hostednetwork '?'
check "help lists the commands" says '^set  *- ' netsh wlan '?'
check "netsh alone: status 1" exits 1 netsh
check "other contexts: status 1" exits 1 netsh interface ip show address
check "their words" says '^The following command was not found: interface\.$' netsh interface ip show address

serve
check "before it is set up" says '^    Settings               : <Not configured>$' netsh wlan show hostednetwork
check "a network is set up in one command" prints \
	$'The hosted network mode has been set to allow. \nThe SSID of the hosted network has been successfully changed. \nThe user key passphrase of the hosted network has been successfully changed. \n\n' \
	netsh wlan set hostednetwork mode=allow ssid=hu-test key=first-key
check "it is not started" test "$(field hostednetwork Status)" = 'Not started'
check "it starts" prints $'The hosted network started. \n\n' netsh wlan start hostednetwork
check "it started" test "$(field hostednetwork Status)" = 'Started'
check "a station joins with that key" joins phone 'first-key'
check "and no other" exits 1 joins tablet 'other-key'
check "one is shown" test "$(field hostednetwork 'Number of clients')" = 1
check "as authenticated" says '^        [0-9a-f:]\{17\}        Authenticated$' netsh wlan show hostednetwork

# What programs in the wild do with the output.
check "a parser that splits at colons" test \
	"$(out netsh wlan show hostednetwork | awk -F: '/SSID name/ { gsub(/[ "]/, "", $2); print $2 }')" = hu-test
check "a parser that wants the BSSID" eval \
	'out netsh wlan show hostednetwork | grep -Eq "^\s+BSSID\s+: ([0-9a-f]{2}:){5}[0-9a-f]{2}$"'
check "a parser that wants the channel" eval 'out netsh wlan show hostednetwork | grep -Eq "Channel\s*:\s*[0-9]+$"'
check "a parser that wants all MACs" test \
	"$(out netsh wlan show hostednetwork | grep -Eoc '([0-9a-f]{2}:){5}[0-9a-f]{2} +Authenticated')" = 1
check "a parser that wants the key" test "$(field hostednetwork 'User security key' setting=security)" = 'first-key'
check "and its usage" test "$(field hostednetwork 'User security key usage' setting=security)" = Persistent
primary=$(field hostednetwork 'System security key' security)
check "the system key has 63 characters" test "${#primary}" -eq 63
check "a program that compares the whole line" eval \
	'out netsh wlan set hostednetwork key=first-key | head -n 1 | grep -qx "The user key passphrase of the hosted network has been successfully changed. "'

# The key changes under the station.
check "another key, by another spelling" prints \
	$'The user key passphrase of the hosted network has been successfully changed. \n\n' \
	netsh WLAN Set HostedNetwork KEY = '"second key"' KEYUSAGE = Temporary
check "the station stays" test "$(field hostednetwork 'Number of clients')" = 1
check "its frames pass" hostednet sim traffic phone
check "the new key joins" joins tablet 'second key'
check "it is temporary" test "$(field hostednetwork 'User security key usage' setting=security)" = Temporary
raw=$(printf '0123456789ABCDEF%.0s' 1 2 3 4)
check "64 hexadecimal digits" prints $'The user key of the hosted network has been successfully changed. \n\n' \
	netsh wlan set hostednetwork key="$raw"
check "are 32 bytes" joins watch "$raw"
check "and so they are kept" says '"form":"binary"' hostednet status --json
check "a key from standard input" eval 'echo "piped-in key" | netsh wlan set hostednetwork key=-'
check "it joins" joins camera 'piped-in key'
check "a wrong one from there: status 1" eval '! echo short | netsh wlan set hostednetwork key=-'

check "refresh makes a new system key" prints \
	$'The system security key of the hosted network has been successfully refreshed. \n\n' \
	netsh wlan refresh hostednetwork key
check "it is another" test "$(field hostednetwork 'System security key' security)" != "$primary"
check "the network stopped for it" test "$(field hostednetwork Status)" = 'Not started'
check "which is told on standard error" eval \
	'netsh wlan start hostednetwork >/dev/null && netsh wlan refresh hostednetwork data=key 2>&1 >/dev/null | grep -q "stopped for this"'
check "it starts again" exits 0 netsh wlan start hostednetwork
check "stop" prints $'The hosted network stopped. \n\n' netsh wlan stop hostednetwork
check "stop once more is no failure" exits 0 netsh wlan stop hostednetwork

# Wrong things change nothing.
before=$(hostednet status --json; hostednet key show --json)
for wrong in 'mode=maybe' 'ssid=' 'key=short' 'keyUsage=temporary' 'colour=red' 'ssid=a ssid=b' ''; do
	# shellcheck disable=SC2086
	check "set hostednetwork $wrong: status 1" exits 1 netsh wlan set hostednetwork $wrong
done
check "one wrong value, and nothing is done" exits 1 netsh wlan set hostednetwork mode=disallow ssid=other key=short
check "all is as before" test "$before" = "$(hostednet status --json; hostednet key show --json)"
check "the usage is shown" says '^Usage: set hostednetwork' netsh wlan set hostednetwork key=short
check "a bad key is not repeated" not says 'sh0rt' netsh wlan set hostednetwork key=sh0rt
check "64 letters are no key" exits 1 netsh wlan set hostednetwork "key=$(printf '%064d' 0 | tr 0 x)"

# Disallowed.
check "disallow by position" prints $'The hosted network mode has been set to disallow. \n\n' \
	netsh wlan set hostednetwork disallow
check "it is shown" test "$(field hostednetwork Mode)/$(field hostednetwork Status)" = 'Disallowed/Not available'
check "a start fails as on Windows" prints \
	$'The hosted network couldn\'t be started. \nThe group or resource is not in the correct state to perform the requested operation. \n\n' \
	netsh wlan start hostednetwork
check "with status 1" exits 1 netsh wlan start hostednetwork
check "the reason is told on standard error" says '\[ERROR_INVALID_STATE (5023), reason interface_unavailable\]' \
	netsh wlan start hostednetwork
check "settings tell it" says '^    Hosted network mode allowed in WLAN service: No$' netsh wlan show settings
check "allow" exits 0 netsh wlan set hostednetwork mode=allow
check "drivers tell what they can" says '^    Hosted network supported  : Yes$' netsh wlan show drivers
check "interfaces end with the network" says '^    Hosted network status  : Not started$' netsh wlan show interfaces
check "an interface nobody has: status 1" exits 1 netsh wlan show interfaces interface=wlan77

# By its own name, from a script, to a file.
ln -s "$program" "$folder/netsh"
check "the program called netsh is netsh" says '^    SSID name              : "hu-test"$' \
	"$folder/netsh" wlan sh hosted
printf '# a network\r\nwlan\r\nset hostednetwork ssid="from a script" key="script key"\r\nstart hostednetwork\r\nexit\r\n' \
	>"$folder/script"
check "a script runs line by line" exits 0 netsh -f "$folder/script"
check "its network is on the air" test "$(field hostednetwork 'SSID name')" = '"from a script"'
check "and its key joins" joins laptop 'script key'
printf 'wlan stop hostednetwork\nwlan frobnicate\nwlan start hostednetwork\n' >"$folder/script"
check "a line that fails ends it with status 1" exits 1 netsh -f "$folder/script"
check "what follows is not done" test "$(field hostednetwork Status)" = 'Not started'
check "a profile is exported" says '^Hosted network profile "from a script" is saved in file' \
	netsh wlan export hostednetworkprofile folder="$folder"
profile="$folder/Hosted Network-from a script.xml"
check "only its owner may read it" test "$(stat -c %a "$profile")" = 600
check "it holds the system key" grep -qF -- "$(field hostednetwork 'System security key' security)" "$profile"

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 711 "$folder"
	nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$program" netsh "$@"; }
	if setpriv --reuid 65534 --regid 65534 --clear-groups "$program" --version >/dev/null 2>&1; then
		elevate=$'You must run this command from a command prompt with administrator privilege. \n\n'
		check "others may look" exits 0 nobody wlan show hostednetwork
		check "others may not start" prints "$elevate" nobody wlan start hostednetwork
		check "nor change the mode" prints "$elevate" nobody wlan set hostednetwork mode=disallow
		check "with status 1" exits 1 nobody wlan start hostednetwork
		check "the user key they may set" exits 0 nobody wlan set hostednetwork key="somebody's key"
	fi
fi

check "SIGTERM ends the service with status 0" stop_service
for secret in first-key 'second key' 'piped-in key' 'script key' "$raw"; do
	check "the log holds no key" not grep -qiF -- "$secret" "$folder/log"
done
