'use strict';
// The page keeps nothing: what it shows comes over one stream, what it asks for goes as one request each.

const $ = (id) => document.getElementById(id);
const MASK = '\u2022'.repeat(12);
let token = '';
let net = null; // the network as last told
let shown = null; // the key on the screen, if any
let shownFor = 0; // counts up, so that a late answer shows nothing
let busy = false;

// ---- asking

class Refusal extends Error {
	constructor(status, body) {
		super(body.text || 'The page got an answer it does not know.');
		this.status = status;
		this.remedy = body.remedy || '';
		this.question = body.confirm;
	}
}

async function ask(path, body) {
	let answer;
	try {
		answer = await fetch(path, body === undefined ? {} : {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', 'X-Hostednet-Token': token },
			body: JSON.stringify(body),
		});
	} catch {
		throw new Refusal(0, { text: 'hostednet web does not answer.', remedy: 'See whether it still runs.' });
	}
	const told = await answer.json().catch(() => ({}));
	if (!answer.ok) throw new Refusal(answer.status, told);
	return told;
}

// Does one thing; asks first when the service says that somebody would be disconnected.
async function act(name, details, done) {
	if (busy) return false;
	setBusy(true);
	quiet();
	try {
		try {
			await ask('/api/do', { [name]: details });
		} catch (refusal) {
			if (!refusal.question) throw refusal;
			if (!await confirmed(refusal.question)) return false;
			await ask('/api/do', { [name]: { ...details, confirmed: true } });
		}
		say(done);
		return true;
	} catch (refusal) {
		complain(refusal);
		return false;
	} finally {
		setBusy(false);
	}
}

function confirmed(question) {
	const dialog = $('confirm');
	$('confirm-text').textContent = question;
	dialog.returnValue = '';
	dialog.showModal();
	return new Promise((resolve) => {
		dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
	});
}

function setBusy(is) {
	busy = is;
	document.body.setAttribute('aria-busy', String(is));
	drawPower();
}

// ---- telling

function say(text) {
	$('said').textContent = '';
	if (text) setTimeout(() => { $('said').textContent = text; }, 50);
}

function complain(refusal) {
	$('trouble-text').textContent = refusal.message;
	$('trouble-remedy').textContent = refusal.remedy || '';
	$('trouble').hidden = false;
	$('trouble').scrollIntoView({ block: 'nearest' });
}

function quiet() {
	$('trouble').hidden = true;
}

function link(kind, text) {
	$('link').className = 'link ' + kind;
	if ($('link-text').textContent !== text) $('link-text').textContent = text;
}

// ---- drawing

function text(id, value) {
	if ($(id).textContent !== value) $(id).textContent = value;
}

function element(name, className, content) {
	const made = document.createElement(name);
	if (className) made.className = className;
	if (content !== undefined) made.textContent = content;
	return made;
}

function why(id, cause) {
	$(id).hidden = !cause;
	if (cause) text(id, cause.text + ' ' + cause.remedy);
}

function lasting(seconds) {
	const minutes = Math.floor(seconds / 60);
	const hours = Math.floor(minutes / 60);
	if (seconds < 60) return seconds + ' s';
	if (minutes < 60) return minutes + ' min';
	if (hours < 24) return hours + ' h ' + minutes % 60 + ' min';
	return Math.floor(hours / 24) + ' d ' + hours % 24 + ' h';
}

function size(bytes) {
	if (bytes === null) return '-';
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let at = 0;
	while (bytes >= 1000 && at < units.length - 1) {
		bytes /= 1000;
		at += 1;
	}
	return (at && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)) + ' ' + units[at];
}

const STATES = { active: 'On the air', idle: 'Off', unavailable: 'Unavailable' };

function drawPower() {
	const on = net && net.state === 'active';
	const power = $('power');
	power.disabled = !net || net.state === 'unavailable';
	// Not disabled while something is done: that would take the focus away.
	power.setAttribute('aria-disabled', String(busy));
	power.className = on ? 'danger' : 'main';
	text('power', busy ? 'Just a moment' : on ? 'Stop' : 'Start');
}

function drawNetwork() {
	const state = $('state');
	state.className = 'pill ' + net.state;
	text('state', STATES[net.state]);
	text('ssid', net.ssid || 'A new network');
	document.title = (net.ssid || 'hostednet') + ': ' + STATES[net.state].toLowerCase();
	const facts = [];
	if (net.channel) {
		facts.push(net.band, 'channel ' + net.channel);
		if (net.phy) facts.push(net.phy);
		if (net.width_mhz > 20) facts.push(net.width_mhz + ' MHz wide');
	}
	if (net.bssid) facts.push(net.bssid);
	if (net.radio) facts.push(net.radio === 'sim' ? 'simulated radio' : 'radio ' + net.radio);
	$('facts').replaceChildren(...facts.map((fact) => element('span', '', fact)));
	why('why', net.unavailable);
	drawPower();
}

function which() {
	return document.querySelector('input[name=which]:checked').value;
}

function drawKeys() {
	const secondary = net.secondary;
	const lent = secondary && !secondary.persistent;
	text('secondary-note', !secondary ? 'Not set. Choose one that is easy to say; change it whenever you like.'
		: lent ? 'Lent: it ends when the network stops.' : 'Set, and kept until you change or remove it.');
	$('remove').hidden = !secondary;
	const isPrimary = which() === 'primary';
	text('which-note', isPrimary ? 'Made by the system, for devices of your own.'
		: secondary ? 'For guests.' : 'Not set yet: choose one below, or hand out the primary key.');
	$('refresh').hidden = !isPrimary;
	const none = !isPrimary && !secondary;
	for (const id of ['show', 'show-code']) $(id).disabled = none;
	if (none) hideKey();
}

function cell(name, value) {
	const pair = element('div');
	const data = element('dd', '', typeof value === 'string' ? value : undefined);
	if (typeof value !== 'string') data.append(...value);
	pair.append(element('dt', '', name), data);
	return pair;
}

function signal(dbm) {
	if (dbm === null) return '-';
	const bars = element('span', 'bars');
	bars.setAttribute('aria-hidden', 'true');
	for (const limit of [-85, -75, -67, -55]) bars.append(element('i', dbm >= limit ? 'on' : ''));
	return [bars, dbm + ' dBm'];
}

const KEYS = { primary: 'primary key', secondary: 'secondary key', retired: 'retired key', vendor: 'vendor' };
let known = new Set();

function drawPeers() {
	const peers = net.peers;
	text('count', peers.length ? peers.length + ' of ' + net.max_peers : '');
	$('nobody').hidden = peers.length > 0;
	text('nobody', net.state === 'active' ? 'Nobody is connected.' : 'Nobody can connect while the network is off.');
	$('peers').replaceChildren(...peers.map((peer) => {
		const row = element('li', known.has(peer.mac) ? '' : 'new');
		const who = element('div', 'who');
		who.append(element('h3', '', peer.name || 'Unnamed device'), element('span', 'tag ' + peer.key, KEYS[peer.key]),
			element('span', 'mac', peer.mac));
		const facts = element('dl');
		facts.append(cell('Connected', lasting(peer.connected_s)), cell('Address', peer.address || '-'),
			cell('Received', size(peer.tx_bytes)), cell('Sent', size(peer.rx_bytes)), cell('Signal', signal(peer.signal)));
		row.append(who, facts);
		return row;
	}));
	known = new Set(peers.map((peer) => peer.mac));
}

function drawSharing() {
	const sharing = net.sharing;
	$('internet').hidden = !sharing;
	if (!sharing) return;
	const notes = {
		off: 'This radio gives no addresses.',
		stopped: sharing.internet ? 'The internet is shared when the network runs.' : 'Devices get an address when the network runs.',
		starting: 'Addresses are being set up.',
		failed: 'Addresses could not be set up; it is tried again.',
		running: sharing.internet
			? sharing.upstream ? 'Devices use the internet of ' + sharing.upstream + '. This machine is ' + sharing.address + '.'
				: 'There is no internet to share at the moment. This machine is ' + sharing.address + '.'
			: 'Devices get an address, and no internet. This machine is ' + sharing.address + '.',
	};
	text('sharing-note', notes[sharing.state]);
	why('sharing-why', sharing.trouble);
	$('share').hidden = sharing.state === 'off';
	text('share', sharing.internet ? 'Stop sharing' : 'Share the internet');
}

function drawSettings() {
	if (document.activeElement !== $('network-name')) $('network-name').value = net.ssid || '';
	if (!busy) $('isolate').checked = net.isolate;
}

function draw(state) {
	if (state.service === 'away') {
		net = null;
		link('lost', 'no service');
		text('state', 'No service');
		$('state').className = 'pill unavailable';
		why('why', state.cause);
		text('ssid', 'hostednet');
		$('facts').replaceChildren();
		$('peers').replaceChildren();
		$('nobody').hidden = false;
		hideKey();
		drawPower();
		return;
	}
	const before = net;
	net = state;
	link('live', 'live');
	drawNetwork();
	drawKeys();
	drawPeers();
	drawSharing();
	drawSettings();
	// A key on the screen must be the one that is in force.
	const same = before && JSON.stringify([before.secondary, before.ssid]) === JSON.stringify([net.secondary, net.ssid]);
	if (!same) hideKey();
}

// ---- history

function lineOf(happened, isNew) {
	const line = element('li', 'k-' + happened.kind + (isNew ? ' lines-new' : ''));
	const time = element('time', '', new Date(happened.at).toLocaleTimeString());
	time.dateTime = happened.at;
	line.append(element('span', '', happened.text), time);
	return line;
}

function drawHappened(lines, isNew) {
	$('lines').prepend(...lines.map((happened) => lineOf(happened, isNew)).reverse());
	while ($('lines').children.length > 200) $('lines').lastChild.remove();
	$('nothing').hidden = $('lines').children.length > 0;
	// What is shown may be the old key.
	if (isNew && lines.some((happened) => happened.kind === 'key')) hideKey();
}

// ---- the key on the screen

function hideKey() {
	shownFor += 1;
	shown = null;
	text('key', MASK);
	$('key').setAttribute('aria-hidden', 'true');
	$('copy').hidden = true;
	$('code').hidden = true;
	$('no-code').hidden = true;
	$('qr').removeAttribute('src');
	$('qr').alt = '';
	for (const [id, label] of [['show', 'Show key'], ['show-code', 'Show QR code']]) {
		text(id, label);
		$(id).setAttribute('aria-expanded', 'false');
	}
}

async function fetchKey() {
	if (shown) return shown;
	shownFor += 1;
	const mine = shownFor;
	quiet();
	try {
		const key = await ask('/api/key', { [which()]: {} });
		if (mine !== shownFor) return null;
		if (!key) throw new Refusal(0, { text: 'There is no such key yet.', remedy: 'Start the network once, or set a key.' });
		shown = key;
		return key;
	} catch (refusal) {
		complain(refusal);
		return null;
	}
}

function toggled(id, is, labels) {
	$(id).setAttribute('aria-expanded', String(is));
	text(id, labels[is ? 1 : 0]);
}

async function toggleKey() {
	const is = $('show').getAttribute('aria-expanded') !== 'true';
	const key = is ? await fetchKey() : null;
	if (is && !key) return;
	text('key', is ? key.key : MASK);
	$('key').setAttribute('aria-hidden', String(!is));
	$('copy').hidden = !is || !navigator.clipboard;
	toggled('show', is, ['Show key', 'Hide key']);
	if (!is && $('code').hidden) shown = null;
}

async function toggleCode() {
	const is = $('show-code').getAttribute('aria-expanded') !== 'true';
	const key = is ? await fetchKey() : null;
	if (is && !key) return;
	const has = is && key.svg;
	if (has) {
		$('qr').src = 'data:image/svg+xml,' + encodeURIComponent(key.svg);
		$('qr').alt = 'QR code to join ' + net.ssid + ' with the ' + which() + ' key';
	} else {
		$('qr').removeAttribute('src');
	}
	$('code').hidden = !has;
	$('no-code').hidden = !is || Boolean(key.svg);
	if (is && key.no_code) text('no-code', key.no_code);
	toggled('show-code', is, ['Show QR code', 'Hide QR code']);
	if (!is && $('show').getAttribute('aria-expanded') !== 'true') shown = null;
}

// Four groups of three syllables: about 72 bits, easy to say.
function invented() {
	const consonants = 'bdfghjklmnprstvz';
	const vowels = 'aeiou';
	const random = new Uint8Array(64);
	crypto.getRandomValues(random);
	let at = 0;
	const pick = (letters) => {
		for (;;) {
			if (at === random.length) {
				crypto.getRandomValues(random);
				at = 0;
			}
			const value = random[at];
			at += 1;
			if (value < 256 - 256 % letters.length) return letters[value % letters.length];
		}
	};
	const group = () => Array.from({ length: 3 }, () => pick(consonants) + pick(vowels)).join('');
	return Array.from({ length: 4 }, group).join('-');
}

function peek(is) {
	$('new-key').type = is ? 'text' : 'password';
	$('peek').setAttribute('aria-pressed', String(is));
	text('peek', is ? 'Hide' : 'Show');
}

// ---- what people do

$('power').addEventListener('click', () => {
	const on = net && net.state === 'active';
	act(on ? 'stop' : 'start', {}, on ? 'The network is off.' : 'The network is on the air.');
});
$('show').addEventListener('click', toggleKey);
$('show-code').addEventListener('click', toggleCode);
$('copy').addEventListener('click', async () => {
	if (!shown) return;
	await navigator.clipboard.writeText(shown.key).then(() => say('Copied.'), () => complain(
		new Refusal(0, { text: 'The browser does not let the page copy.', remedy: 'Mark the key and copy it yourself.' })));
});
$('which').addEventListener('change', () => {
	hideKey();
	if (net) drawKeys();
});
$('refresh').addEventListener('click', () => act('new_primary_key', {}, 'A new primary key was made.'));
$('key-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	const once = $('once').checked;
	if (await act('set_key', { key: $('new-key').value, once }, once ? 'The key is lent for this session.' : 'The secondary key is set.')) {
		$('key-form').reset();
		peek(false);
	}
});
$('peek').addEventListener('click', () => peek($('new-key').type === 'password'));
$('invent').addEventListener('click', () => {
	$('new-key').value = invented();
	peek(true);
	$('new-key').focus();
});
$('remove').addEventListener('click', async () => {
	if (await act('remove_key', {}, 'The secondary key is removed.')) $('new-key').focus();
});
$('name-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	$('network-name').blur();
	await act('set_name', { name: $('network-name').value }, 'The network has another name.');
	if (net) drawSettings();
});
$('isolate').addEventListener('change', async () => {
	await act('isolate', { on: $('isolate').checked }, $('isolate').checked ? 'Devices cannot reach one another.' : 'Devices can reach one another.');
	if (net) drawSettings();
});
$('share').addEventListener('click', () => {
	if (net.sharing.internet) act('unshare', {}, 'The internet is not shared any more.');
	else act('share', { upstream: null }, 'The internet is shared.');
});
$('trouble-close').addEventListener('click', () => {
	quiet();
	$('main').focus();
});
$('confirm-yes').addEventListener('click', () => $('confirm').close('yes'));
$('confirm-no').addEventListener('click', () => $('confirm').close(''));
$('leave').addEventListener('click', async () => {
	await ask('/api/do', { leave: {} }).catch(() => {});
	location.reload();
});
// A key is not left on the screen of a tab nobody looks at.
document.addEventListener('visibilitychange', () => {
	if (document.hidden) hideKey();
});

// ---- the stream

function follow() {
	$('lines').replaceChildren();
	$('lines').setAttribute('aria-live', 'off');
	const stream = new EventSource('/api/live');
	stream.addEventListener('state', (event) => draw(JSON.parse(event.data)));
	stream.addEventListener('history', (event) => {
		drawHappened(JSON.parse(event.data), false);
		// What happens from now on is read out, not what was before.
		setTimeout(() => $('lines').setAttribute('aria-live', 'polite'), 100);
	});
	stream.addEventListener('happened', (event) => drawHappened([JSON.parse(event.data)], true));
	stream.addEventListener('error', () => {
		link('lost', 'not connected');
		// Browsers try again by themselves, unless they were refused: then the session has ended, or the
		// server begins anew.
		if (stream.readyState === EventSource.CLOSED) setTimeout(begin, 3000);
	});
}

async function begin() {
	try {
		token = (await ask('/api/session')).token;
		follow();
	} catch (refusal) {
		link('lost', 'not connected');
		if (refusal.status === 401) location.reload();
		else setTimeout(begin, 3000);
	}
}

begin();
