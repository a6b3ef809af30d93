#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# Extensions of vendors: installed, wrong ones refused, both ends of an association let in by the same
# one, killed, misbehaving, removed; and the stations with our keys never notice.
. "$(dirname "$0")/lib"
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
element=dd0402cafe01
secret=$folder/security.xml
known=$secret
printf '<sharedSecret>%s</sharedSecret>\n' 'kept between us two' >"$secret"

build_c() { # SOURCE NAME [OPTION...]: a library in the folder
	local source=$1 name=$2
	shift 2
	gcc -std=c11 -Wall -Wextra -Werror -shared -fPIC -pthread -I "$root/include" "$@" \
		-o "$folder/lib$name.so" "$source"
}

rust_library() { # beside the program, or built now
	local release=${program%/*}
	local library=$release/examples/libihv_handshake.so
	if [ ! -e "$library" ]; then
		local profile=()
		[ "${release##*/}" = debug ] || profile=(--release)
		(cd "$root" && CARGO_TARGET_DIR=${release%/*} cargo build -q "${profile[@]}" \
			-p ihv_extension --example ihv_handshake) || return
	fi
	cp "$library" "$folder/librust.so"
}

ihv() { hostednet ihv "$@"; }
install() { # LIBRARY NAME [OPTION...]
	local library=$1 name=$2
	shift 2
	ihv install "$folder/lib$library.so" --name "$name" "$@"
}
connect() { # [OPTION...]: as the chosen vendor's station
	ihv connect vendors --elements "$element" --security "$known" "$@"
}
listed() { ihv list --json; }
host() { # ADAPTER: the process of the first extension with one
	listed | sed -n "s/.*\"adapter\":\"$1\",\"state\":\"running\",\"pid\":\([0-9]*\).*/\1/p"
}
eventually() { # COMMAND...: within ten seconds
	for _ in $(seq 100); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	"$@"
}
events() { cat "$folder/events"; }
vendors() { hostednet peers --json | grep -o '"key":"vendor"' | wc -l; }
ready() { # the access point's host answers
	says '"adapter":"access_point","state":"running"' listed
}
undisturbed() { # both stations are there, have never left, and their frames pass
	says '^10 of 10 frames came back' hostednet sim traffic phone &&
		says '^10 of 10 frames came back' hostednet sim traffic laptop &&
		test "$(events | grep -c '"event":"peer_arrived".*"key":"\(primary\|secondary\)"')" -eq 2
}
nothing_changed() { test "$before" = "$(listed)"; }
refused() { # WORDS PATTERN LIBRARY NAME [OPTION...]: status 1, a cause, nothing changed
	local words=$1 pattern=$2
	shift 2
	before=$(listed)
	check "$words is refused" exits 1 install "$@"
	check "and told why" says "$pattern" install "$@"
	check "nothing has changed" nothing_changed
}

# ---- Installing --------------------------------------------------------------------------------------
build_c "$root/examples/ihv/c/handshake.c" c || exit 1
rust_library || { echo "the extension in Rust cannot be built"; exit 1; }
for way in CRASH_AT_PORT HANG_AT_PORT CRASH_AT_INIT REFUSE_AT_INIT NULL_IN_TABLE; do
	build_c "$here/misbehaving.c" "$way" "-D$way" || exit 1
done
printf 'int nothing;\n' >"$folder/nothing.c"
build_c "$folder/nothing.c" nothing || exit 1
head -c 200 "$secret" /dev/zero >"$folder/libtext.so"

serve --pcap "$folder/air.pcap"
check "nothing is installed" says '^no extension is installed$' ihv list
check "in JSON, too" says '^\[\]$' listed

oui=(--oui 02:CA:FE)
refused "a library that is not there" 'No such file' missing bad "${oui[@]}"
refused "a file that is no library" 'invalid ELF header' text bad "${oui[@]}"
refused "a library that is no extension" 'Dot11ExtIhvGetVersionInfo' nothing bad "${oui[@]}"
refused "one that does not want" 'InitService' REFUSE_AT_INIT bad "${oui[@]}"
refused "one with a hole in its table" 'ReceivePacket' NULL_IN_TABLE bad "${oui[@]}"
refused "one that crashes at once" 'signal\|SIGABRT' CRASH_AT_INIT bad "${oui[@]}"
refused "a name with a slash" 'letters' c ../bad "${oui[@]}"
refused "no name" 'letters' c '' "${oui[@]}"
check "a wrong OUI is a wrong command line" exits 2 install c bad --oui 02:CA
check "fragments need stations that are served" exits 2 install c bad "${oui[@]}" --security "$secret"
check "a fragment on the command line is refused" exits 1 \
	install c bad "${oui[@]}" --serve-element --security '<sharedSecret>out in the open</sharedSecret>'
check "and not repeated" not says 'out in the open' \
	install c bad "${oui[@]}" --serve-element --security '<sharedSecret>out in the open</sharedSecret>'
check "still nothing is installed" says '^\[\]$' listed
check "an unknown one cannot be removed" exits 1 ihv remove nobody
check "which is ERROR_NOT_FOUND" says 'ERROR_NOT_FOUND (1168)' ihv remove nobody

check "the extension in C is installed" says '^handshake is installed' \
	install c handshake "${oui[@]}" --serve-element 1 --security "$secret"
check "it is listed" says '"name":"handshake","oui":"02:ca:fe","serves":{"oui":"02:ca:fe","kind":1}' listed
check "its secret is not" not says 'kept between' listed
check "its log is readable" exits 0 ihv log

# ---- Both ends by the extension ---------------------------------------------------------------------
"$program" events --json >"$folder/events" 2>/dev/null &
listener=$!
check "a network is named" hostednet set --ssid vendors
check "a secondary key is set" key_is '' 'as everybody has it'
check "without a network there is nobody to connect to" exits 1 connect "${oui[@]}"
check "the network starts" hostednet start
primary=$(hostednet key show --json | sed 's/.*"primary":{"key":"\([^"]*\)".*/\1/')
check "the laptop joins with the primary key" joins laptop "$primary"
check "the phone joins with the secondary key" joins phone 'as everybody has it'
check "the access point's host runs" eventually ready
check "which was told" eventually says '"event":"extension","name":"handshake","adapter":"access_point","what":"ready"' events
check "the station adapter connects" says '^connected to vendors (' connect "${oui[@]}"
check "one peer is the vendor's" test "$(vendors)" -eq 1
check "status shows it" says ' vendor ' hostednet status
check "both hosts run" says '"adapter":"station","state":"running"' listed
address=$(hostednet peers --json | sed -n 's/.*"mac":"\([^"]*\)","auth":"authenticated","key":"vendor".*/\1/p')
check "the access point's serves one port" says '"adapter":"access_point","state":"running","pid":[0-9]*,"ports":1' listed
check "its frames pass" says '^10 of 10 frames came back' hostednet sim traffic adapter
check "the others' pass, too" undisturbed
check "it connected, says an event" eventually says '"adapter":"station","what":"connected"' events
check "it connects again" says '^connected to vendors' connect "${oui[@]}"
check "and is one peer" test "$(vendors)" -eq 1
check "it disconnects" ihv disconnect
check "and again, which is no fault" ihv disconnect
check "nobody of the vendor's is left" eventually test "$(vendors)" -eq 0
check "its frames do not pass" exits 1 hostednet sim traffic adapter

printf '<sharedSecret>another one</sharedSecret>\n' >"$folder/wrong.xml"
known=$folder/wrong.xml
check "another secret does not connect" exits 1 connect "${oui[@]}"
known=$secret
check "nobody of the vendor's is there" test "$(vendors)" -eq 0
check "an unknown vendor does not connect" exits 1 connect --oui 02:CA:FD
check "and is told what to do" says 'install' connect --oui 02:CA:FD
check "from standard input it connects as well" says '^connected to vendors' \
	hostednet ihv connect vendors "${oui[@]}" --elements "$element" --security - <"$secret"

# ---- A host that is killed --------------------------------------------------------------------------
pid=$(host access_point)
check "the access point's host has a process" test -d "/proc/$pid"
kill -9 "$pid"
check "its end is told with a reason" eventually says '"adapter":"access_point","what":"failed".*signal 9' events
check "its peers are sent away" eventually says '"what":"disconnected"' events
check "it is started again" eventually ready
check "as another process" test "$(host access_point)" != "$pid"
check "the station connects again" eventually connect "${oui[@]}"
check "its frames pass" says '^10 of 10 frames came back' hostednet sim traffic adapter
check "the others noticed nothing" undisturbed
check "the log has it" says 'access point.*signal 9' ihv log handshake
pid=$(host station)
kill -9 "$pid"
check "the station's host is missed as well" eventually says '"adapter":"station","what":"failed"' events
check "and its peer gone" eventually test "$(vendors)" -eq 0

# ---- The other one, and both together ---------------------------------------------------------------
check "the one in Rust is installed as another vendor's" install rust rusty --oui 02:CA:FD
check "it connects to the one in C" eventually connect --oui 02:CA:FD
check "their frames pass" says '^10 of 10 frames came back' hostednet sim traffic adapter
check "it replaces the one in C" install rust handshake "${oui[@]}" --serve-element 1 --security "$secret"
check "which is ready" eventually ready
check "both ends are in Rust" eventually connect --oui 02:CA:FD
check "their frames pass" says '^10 of 10 frames came back' hostednet sim traffic adapter
check "the others noticed nothing" undisturbed

clear() { python3 "$here/clear_frames.py" "$folder/air.pcap" "$@"; }
python=$(command -v python3) || echo "SKIPPED: without python3 the capture is not looked at"
if [ -n "$python" ]; then
	check "the vendor's data are encrypted on the air" says '^encrypted [1-9]' clear "$address"
	check "only its own handshake is in clear" test "$(clear "$address" | grep -cv '^88b5 \|^encrypted ')" -eq 0
fi

# ---- Misbehaving ------------------------------------------------------------------------------------
check "one that crashes later is installed" \
	install CRASH_AT_PORT crashing --oui 02:CA:FF --serve-element 1 --security "$secret"
element=dd0402caff01
check "it lets nobody in" exits 1 connect "${oui[@]}"
check "its crash is told" eventually says '"name":"crashing".*"what":"failed".*signal 11' events
check "it is removed" ihv remove crashing
check "one that hangs is installed" \
	install HANG_AT_PORT hanging --oui 02:CA:FF --serve-element 1 --security "$secret"
check "it lets nobody in" exits 1 connect "${oui[@]}"
check "its end is told" eventually says '"name":"hanging".*"what":"failed"' events
check "it is removed" ihv remove hanging
check "its station does not get in without it" exits 1 connect "${oui[@]}"
check "the others noticed nothing" undisturbed

# ---- The service dies, and the extension is there again ---------------------------------------------
element=dd0402cafe01
before=$(listed | sed 's/"hosts":\[[^]]*\]//g')
kill "$listener"
wait "$listener" 2>/dev/null
check "no file but its own has the secret" not grep -rqF 'kept between us two' "$folder/log" "$folder/events"
if [ -n "$python" ]; then
	# The access point has greeted the station that nobody served, too.
	check "only handshakes are in clear on the air" test "$(clear | grep -cv '^88b5 \|^888e \|^encrypted ')" -eq 0
fi
crash
check "its processes died with the service" not test -d "/proc/${pid:-x}"
serve
check "after kill -9 the same are installed" test "$before" = "$(listed | sed 's/"hosts":\[[^]]*\]//g')"
check "the network starts" hostednet start
check "the extension is ready" eventually ready
check "the station connects" eventually connect "${oui[@]}"
check "its frames pass" says '^10 of 10 frames came back' hostednet sim traffic adapter
check "the extension is removed" ihv remove handshake
check "its peers are gone" eventually test "$(vendors)" -eq 0
check "and do not come back" exits 1 connect --oui 02:CA:FD
check "the other one is removed" ihv remove rusty
check "nothing is installed" says '^\[\]$' listed
check "nor is any library" test "$(find "$folder/state" -name '*.so*' | wc -l)" -eq 0
check "SIGTERM ends the service with status 0" stop_service
