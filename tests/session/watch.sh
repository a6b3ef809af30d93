#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154
# A view of a service that runs by itself, and outlives it.
. "$(dirname "$0")/lib"

quiet() { "$@" >/dev/null; }

check "without a service there is nothing to watch" says 'hostednet: ' hostednet watch --for 1
serve
check "the network starts" quiet hostednet start
"$program" watch --for 100 >"$folder/watched" 2>&1 &
watch=$!
wait_for() { # TEXT: it is written within ten seconds
	local text=$1
	for _ in $(seq 100); do
		grep -q -- "$text" "$folder/watched" && return
		sleep 0.1
	done
	return 1
}
check "its first line tells the network" wait_for '^active: '
printf 'secret-one\n' | hostednet key set
printf 'secret-one\n' | hostednet sim join phone
check "who joins is a line" wait_for 'phone (.*) joined with the secondary key'
check "the service ends" stop_service
check "which the view tells" wait_for 'the service has ended'
serve
check "and that it is there again" wait_for 'the service is there again'
check "the network starts again" quiet hostednet start
check "and is watched as before" wait_for 'idle -> active'
kill -TERM "$watch"
status=0
wait "$watch" || status=$?
check "SIGTERM ends the view with status 0" test "$status" -eq 0
check "the network goes on" says '^State *active' hostednet status
check "the service ends with status 0" stop_service

if command -v tmux >/dev/null; then
	serve
	quiet hostednet start
	printf 'tea at five\n' | hostednet key set
	tmux() { command tmux -S "$folder/tmux" "$@"; }
	screen() { tmux capture-pane -p -t view; }
	shows() { # TEXT: the screen does within five seconds
		local text=$1
		for _ in $(seq 50); do
			screen 2>/dev/null | grep -qF -- "$text" && return
			sleep 0.1
		done
		screen
		return 1
	}
	tmux new-session -d -s view -x 100 -y 40 "'$program' watch"
	check "the live view shows the state" shows 'hostednet  active'
	printf 'tea at five\n' | hostednet sim join phone
	check "a peer appears by itself" shows 'phone'
	tmux send-keys -t view j
	check "the code appears" shows 'with the secondary key'
	check "as half blocks" shows '▀▀▀▀▀▀'
	tmux send-keys -t view j
	check "the view follows a smaller terminal" quiet tmux resize-window -t view -x 50 -y 12
	check "where the peer is still shown" shows 'phone'
	check "and no line is longer" test "$(screen | LC_ALL=C.UTF-8 wc -L)" -le 50
	tmux send-keys -t view q
	for _ in $(seq 50); do
		tmux has-session -t view 2>/dev/null || break
		sleep 0.1
	done
	check "q ends it" not tmux has-session -t view

	typed() { tmux send-keys -t view "$1" Enter; }
	tmux new-session -d -s view -x 80 -y 24 "PS1='here> ' bash --norc --noprofile"
	check "a shell is there" shows 'here>'
	typed "'$program' watch"
	check "the live view begins in it" shows 'q quit'
	tmux send-keys -t view C-z
	check "Ctrl-Z gives the terminal back to the shell" shows 'Stopped'
	typed "echo on''ly \$((6 * 7))"
	check "which takes commands as before" shows 'only 42'
	typed fg
	check "and fg shows all of the view again" shows 'Secondary key'
	tmux send-keys -t view j
	check "which listens" shows 'Join '
	tmux send-keys -t view kj
	check "a key pressed before the code reveals nothing behind it" shows '••••••••••••'
	tmux send-keys -t view "C-\\"
	check "Ctrl-\\ gives the terminal back" shows 'Stopped'
	typed "echo sta''tus \$?"
	check "Ctrl-\\ ends it as Ctrl-C does" shows 'status 0'
	typed "clear; TERM=dumb '$program' watch --for 1"
	check "a terminal that can only print gets lines" shows 'active: '
	tmux kill-session -t view
	stop_service
else
	echo "skipped the live view: tmux is not here (apt-get install tmux)"
fi
