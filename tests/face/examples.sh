#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# The programs of examples/ against a service on the simulated radio: C, Rust, Python.
#
#   examples.sh FOLDER      set_secondary_key, monitor, host and, where they could be built or run,
#                           hosted-network-windows-sys and hosted_network.py in FOLDER
. "$(dirname "$0")/../session/lib"
examples=$1

# A program that goes on until Enter: its input is a pipe of ours, its output a file.
begin() { # NAME PATTERN COMMAND...: runs it until its output shows PATTERN
	local name=$1 pattern=$2
	shift 2
	mkfifo "$folder/$name.in"
	"$@" <"$folder/$name.in" >"$folder/$name.out" 2>&1 &
	eval "${name}_pid=$!"
	eval "exec {${name}_fd}>\"\$folder/$name.in\""
	[ -z "$pattern" ] || told "$name" "$pattern"
}
told() { # NAME PATTERN: the output shows it within 10 s
	timeout 10 tail -n +1 -f "$folder/$1.out" 2>/dev/null | grep -q -m 1 -- "$2" ||
		{ echo "no \"$2\" in:"; cat "$folder/$1.out"; return 1; }
}
enter() { # NAME: Enter; it ends with status 0
	local fd pid
	eval "fd=\$${1}_fd; pid=\$${1}_pid"
	echo >&"$fd"
	eval "exec {${1}_fd}>&-"
	wait "$pid"
}
state_is() { says "\"state\":\"$1\"" hostednet status --json; }

check "without a service the code is 1062" says 'WlanOpenHandle: error 1062' "$examples/set_secondary_key" <<<'tea at five'
serve
check "a key is set from C" eval 'echo "tea at five" | "$examples/set_secondary_key"'
check "it is there" says 'tea at five' hostednet key show
check "without a line nothing is changed" says 'nothing is changed' "$examples/set_secondary_key" </dev/null
check "it is still there" says 'tea at five' hostednet key show
check "a key too short is refused" says 'error 87, reason 2' eval 'echo short | "$examples/set_secondary_key"'
check "the monitor runs" begin monitor 'state: idle' "$examples/monitor"
check "the host runs" begin host 'is on the air' "$examples/host"
check "the network is up" state_is active
check "the monitor tells" told monitor 'state: idle -> active (reason 17)'
check "a phone joins" joins phone 'tea at five'
check "the monitor tells" told monitor 'joined (reason 20)'
check "another key is set from C" eval 'echo "coffee at nine" | "$examples/set_secondary_key"'
check "the phone stays" hostednet sim traffic phone
check "the phone leaves" hostednet sim leave phone
check "the monitor tells" told monitor 'left (reason 21)'
check "the radio goes off" hostednet sim radio off
check "the monitor tells" told monitor 'radio: software off, hardware on'
check "the radio comes back" hostednet sim radio on
check "Enter ends the host" enter host
check "the host again" begin again 'is on the air' "$examples/host"
kill -9 "$again_pid"
wait "$again_pid" 2>/dev/null
check "killed, it holds nothing" told monitor 'state: active -> idle (reason 18)'
check "Enter ends the monitor" enter monitor

rust=$examples/hosted-network-windows-sys
if [ -x "$rust" ]; then
	check "a key is set by way of windows-sys" eval 'echo "set from Rust" | "$rust" key'
	check "it is there" says 'set from Rust' hostednet key show
	check "a host by way of windows-sys" begin rust 'state: 1 -> 2 (reason 17)' "$rust" host
	check "a phone joins" joins phone 'set from Rust'
	check "it tells" told rust 'joined (reason 20)'
	check "the status by way of windows-sys" says '^state 2, 1 stations' "$rust" status
	check "Enter ends it" enter rust
	check "the network went with it" state_is idle
fi

python=$examples/hosted_network.py
if [ -e "$python" ]; then
	check "a key is set from Python" eval 'echo "set from Python" | python3 "$python" key'
	check "it is there" says 'set from Python' hostednet key show
	check "a refusal becomes an exception" says 'error 87, reason 2' eval 'echo short | python3 "$python" key'
	check "Python watches" begin watch '^watching' python3 "$python" watch
	check "Python hosts" begin python 'is on the air' python3 "$python" host
	check "Python hears of it" told watch 'state: idle -> active (17)'
	check "a phone joins" joins phone 'set from Python'
	check "Python hears of it" told watch 'joined (20)'
	check "the status from Python" says '^active, 1 stations' python3 "$python" status
	check "Enter ends the host" enter python
	check "Python hears of it" told watch 'state: active -> idle (18)'
	check "Enter ends the watcher" enter watch
	check "the key is removed from Python" says 'removed' eval 'echo | python3 "$python" key'
fi
