'use strict';
// The page keeps nothing: what it shows comes over one stream, what it asks for goes as one request each.

const $ = (id) => document.getElementById(id);
const MASK = '\u2022'.repeat(12);
let token = '';
let net = null; // the network as last told
let shown = null; // the key on the screen, if any
let shownFor = 0; // counts up, so that a late answer shows nothing
let busy = false;
// Forms somebody is changing: what comes meanwhile does not overwrite them.
const edited = { name: false, air: false, share: false };

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
	sentence('trouble-text', refusal.message);
	sentence('trouble-remedy', refusal.remedy || '');
	$('trouble').hidden = false;
	$('trouble').scrollIntoView({ block: 'nearest' });
}

function quiet() {
	$('trouble').hidden = true;
}

function link(kind, what) {
	$('link').className = 'link ' + kind;
	text('link-text', what);
	const stale = kind === 'lost' && net !== null;
	$('stale').hidden = !stale;
	document.body.classList.toggle('stale', stale);
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

// A sentence with what is typed in a terminal between backticks.
function sentence(id, words) {
	if ($(id).dataset.words === words) return;
	$(id).dataset.words = words;
	$(id).replaceChildren(...words.split('`').map((part, at) => at % 2 ? element('code', '', part) : part));
}

function why(id, cause) {
	$(id).hidden = !cause;
	if (cause) sentence(id, cause.text + ' ' + cause.remedy);
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
const MANY = 12; // more devices than that scroll in a box of their own
const rows = new Map();

function cell(name) {
	const pair = element('div');
	const data = element('dd');
	pair.append(element('dt', '', name), data);
	return { pair, data };
}

function bars(dbm) {
	const made = element('span', 'bars');
	made.setAttribute('aria-hidden', 'true');
	for (const limit of [-85, -75, -67, -55]) made.append(element('i', dbm >= limit ? 'on' : ''));
	return made;
}

// A row stays the same while its device does: whoever marks or reads something in it is not disturbed.
function peerRow(mac) {
	const row = element('li', 'new');
	const who = element('div', 'who');
	const name = element('h3');
	const tag = element('span');
	who.append(name, tag, element('span', 'mac', mac));
	const facts = element('dl');
	const cells = ['Address', 'Connected', 'Signal', 'Downloaded', 'Uploaded'].map(cell);
	facts.append(...cells.map((one) => one.pair));
	row.append(who, facts);
	let before = '';
	const put = (where, what) => {
		if (where.textContent !== what) where.textContent = what;
	};
	const tell = (peer) => {
		put(name, peer.name || 'Unnamed device');
		put(tag, KEYS[peer.key]);
		tag.className = 'tag ' + peer.key;
		const [address, connected, strength, down, up] = cells.map((one) => one.data);
		put(address, peer.address || '-');
		put(connected, lasting(peer.connected_s));
		put(down, size(peer.tx_bytes));
		put(up, size(peer.rx_bytes));
		const signal = peer.signal === null ? '-' : peer.signal + ' dBm';
		if (signal !== before) strength.replaceChildren(...peer.signal === null ? [] : [bars(peer.signal)], signal);
		before = signal;
	};
	return { row, tell };
}

function drawPeers() {
	const peers = net.peers;
	const list = $('peers');
	text('count', peers.length ? peers.length + ' of ' + net.max_peers : '');
	$('nobody').hidden = peers.length > 0;
	text('nobody', net.state === 'active' ? 'Nobody is connected.' : 'Nobody can connect while the network is off.');
	const here = new Set(peers.map((peer) => peer.mac));
	for (const [mac, { row }] of rows) {
		if (here.has(mac)) continue;
		row.remove();
		rows.delete(mac);
	}
	peers.forEach((peer, at) => {
		if (!rows.has(peer.mac)) rows.set(peer.mac, peerRow(peer.mac));
		const { row, tell } = rows.get(peer.mac);
		tell(peer);
		if (list.children[at] !== row) list.insertBefore(row, list.children[at] || null);
	});
	list.classList.toggle('many', peers.length > MANY);
	if (peers.length > MANY) list.tabIndex = 0;
	else list.removeAttribute('tabindex');
}

// Other options only when they are others: a list that is open stays open.
function options(id, choices, chosen) {
	const list = $(id);
	const wanted = JSON.stringify(choices);
	if (list.dataset.choices !== wanted) {
		const option = ([value, label]) => {
			const made = element('option', '', label);
			made.value = value;
			return made;
		};
		list.replaceChildren(...choices.map(([value, label]) => {
			if (!Array.isArray(label)) return option([value, label]);
			const group = element('optgroup');
			group.label = value;
			group.append(...label.map(option));
			return group;
		}));
		list.dataset.choices = wanted;
	}
	const has = [...list.options].some((one) => one.value === chosen);
	const value = has ? chosen : '';
	if (list.value !== value) list.value = value;
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
	$('share-form').hidden = sharing.state === 'off';
	const wanted = sharing.wanted || '';
	const names = [...new Set([...sharing.interfaces, ...wanted ? [wanted] : []])].sort();
	const choices = [['', 'Whichever has it (automatic)'], ...names.map((name) => [name, name])];
	options('upstream', choices, edited.share ? $('upstream').value : wanted);
	edited.share = $('upstream').value !== wanted;
	text('share', sharing.internet ? 'Use this one' : 'Share the internet');
	$('share').hidden = sharing.internet && !edited.share;
	$('unshare').hidden = !sharing.internet;
	drawLeases(sharing.leases);
}

function moment(at) {
	const today = at.toDateString() === new Date().toDateString();
	return at.toLocaleString([], today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' });
}

function drawLeases(leases) {
	$('leases-box').hidden = leases.length === 0;
	text('lease-count', String(leases.length));
	const known = JSON.stringify(leases);
	if ($('leases').dataset.known === known) return;
	$('leases').dataset.known = known;
	$('leases').replaceChildren(...leases.map((lease) => {
		const row = element('li');
		const until = lease.expires ? 'until ' + moment(new Date(lease.expires)) : '';
		row.append(element('code', '', lease.address), element('span', '', lease.name || 'Unnamed device'),
			element('span', 'mac', lease.mac), element('span', 'mac', until));
		return row;
	}));
}

const span = (first, last, step) => Array.from({ length: (last - first) / step + 1 }, (_, at) => first + at * step);
const CHANNELS = {
	2.4: span(1, 14, 1),
	5: [...span(36, 64, 4), ...span(100, 144, 4), ...span(149, 177, 4)],
};
const radar = (channel) => channel >= 52 && channel <= 144;

// Offers what goes together: channels of the band, no 80 MHz in 2.4 GHz.
function drawChoices(channel, width) {
	const band = $('band').value;
	const bands = band ? [band] : ['2.4', '5'];
	const groups = bands.map((name) => [name + ' GHz',
		CHANNELS[name].map((one) => [String(one), one + (radar(one) ? ' (radar)' : '')])]);
	options('channel', [['', 'Automatic'], ...groups], channel);
	const narrow = band === '2.4' || Number($('channel').value || 15) < 15;
	$('width').options[3].disabled = narrow;
	const fitting = narrow && width === '80' ? '' : width;
	if ($('width').value !== fitting) $('width').value = fitting;
}

function drawAir() {
	const air = net.air;
	$('air-form').hidden = !air;
	if (!air) return;
	if (!edited.air) {
		if ($('band').value !== (air.band || '')) $('band').value = air.band || '';
		drawChoices(String(air.channel || ''), String(air.width || ''));
	}
	$('air-apply').setAttribute('aria-disabled', String(!edited.air));
	$('air-undo').hidden = !edited.air;
}

function drawSettings() {
	if (!edited.name && $('network-name').value !== (net.name || '')) $('network-name').value = net.name || '';
	$('name-note').hidden = !net.ssid || net.name !== null;
	if (!busy) $('isolate').checked = net.isolate;
	drawAir();
}

// What only a service can tell or do.
function people(is) {
	for (const id of ['invite', 'change', 'devices', 'settings']) $(id).hidden = !is;
	if (!is) $('internet').hidden = true;
}

function draw(state) {
	if (state.service === 'away') {
		net = null;
		link('lost', 'no service');
		people(false);
		text('state', 'No service');
		$('state').className = 'pill unavailable';
		why('why', state.cause);
		text('ssid', 'hostednet');
		$('facts').replaceChildren();
		document.title = 'hostednet: no service';
		for (const name of Object.keys(edited)) edited[name] = false;
		hideKey();
		drawPower();
		return;
	}
	const before = net;
	net = state;
	link('live', 'live');
	people(true);
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
		$('qr').alt = 'QR code to join ' + (net ? net.ssid : 'the network') + ' with the ' + which() + ' key';
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
$('network-name').addEventListener('input', () => {
	edited.name = true;
});
$('name-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	if (await act('set_name', { name: $('network-name').value }, 'The network has another name.')) edited.name = false;
	if (net) drawSettings();
});
function airEdited() {
	edited.air = true;
	drawChoices($('channel').value, $('width').value);
	if (net) drawAir();
}
for (const id of ['band', 'channel', 'width']) $(id).addEventListener('change', airEdited);
$('air-undo').addEventListener('click', () => {
	edited.air = false;
	if (net) drawAir();
	$('band').focus();
});
$('air-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	if (!edited.air) return;
	const number = (id) => $(id).value === '' ? null : Number($(id).value);
	const ran = net && net.state === 'active';
	const air = { band: $('band').value || null, channel: number('channel'), width: number('width') };
	if (await act('air', air, ran ? 'The network runs in the new way.' : 'Kept for the next start.')) edited.air = false;
	if (net) drawAir();
});
$('isolate').addEventListener('change', async () => {
	await act('isolate', { on: $('isolate').checked }, $('isolate').checked ? 'Devices cannot reach one another.' : 'Devices can reach one another.');
	if (net) drawSettings();
});
$('upstream').addEventListener('change', () => {
	edited.share = true;
	if (net) drawSharing();
});
$('share-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	if (await act('share', { upstream: $('upstream').value || null }, 'The internet is shared.')) $('upstream').focus();
});
$('unshare').addEventListener('click', async () => {
	if (await act('unshare', {}, 'The internet is not shared any more.')) $('upstream').focus();
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
