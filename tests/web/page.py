"""What people do on the page, in a real browser. Started by `run`."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from browser import Browser  # noqa: E402

HOSTEDNET = os.environ["HOSTEDNET"]
FOLDER = os.environ["FOLDER"]


class House:
    """A service on the simulated radio and a page before it."""

    def __init__(self, folder):
        self.environment = {**os.environ, "HOSTEDNET_SOCKET": f"{folder}/control.sock"}
        self.folder = folder
        self.processes = []

    def __enter__(self):
        self.spawn("serve", "--radio", "sim", "--state-dir", f"{self.folder}/state")
        self.page = self.spawn("web", stdout=subprocess.PIPE)
        self.link = self.page.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def spawn(self, *words, **more):
        log = open(f"{self.folder}/{words[0]}.log", "a")
        process = subprocess.Popen(
            [HOSTEDNET, *words], env=self.environment, stdin=subprocess.DEVNULL, stderr=log, text=True, **more
        )
        self.processes.append(process)
        return process

    def run(self, *words, key=None, fails=False):
        done = subprocess.run(
            [HOSTEDNET, *words],
            env=self.environment,
            input=None if key is None else key + "\n",
            stdin=subprocess.DEVNULL if key is None else None,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if (done.returncode != 0) != fails:
            raise AssertionError(f"hostednet {' '.join(words)}: {done.stderr}")
        return done.stdout

    def status(self):
        return json.loads(self.run("status", "--json"))


def visible(ident):
    return f"!document.getElementById('{ident}').hidden"


def says(ident, text):
    return f"document.getElementById('{ident}').textContent.includes({json.dumps(text)})"


def expect(is_so, why):
    if not is_so:
        raise AssertionError(why)


def decode(file):
    done = subprocess.run([os.environ["DECODE"], file], capture_output=True, text=True, timeout=60)
    return done.stdout.removesuffix("\n")


# What is wider than what it stands in, or has its text broken inside an address or a number.
STICKING_OUT = """(() => {
    const out = [...document.querySelectorAll('main *')].filter((e) => {
        const [box, card] = [e.getBoundingClientRect(), e.closest('.card').getBoundingClientRect()];
        return box.width > 1 && !e.closest('.hidden, #lines') && (box.right > card.right + 1 || box.left < card.left - 1);
    });
    const broken = [...document.querySelectorAll('#peers dd, #peers .mac')].filter((e) => {
        const range = document.createRange();
        range.selectNodeContents(e);
        return [...range.getClientRects()].some((r, _, all) => r.height > 0 && r.top > all[0].bottom);
    });
    return [...out, ...broken].map((e) => e.id || e.className || e.tagName).join(' ');
})()"""


class Walk:
    """The cases, in their order: each begins where the one before ended."""

    def __init__(self, house, page):
        self.house, self.page = house, page

    def click(self, ident):
        self.idle()
        self.page.wait(f"!document.getElementById('{ident}').disabled")
        self.page.run(f"document.getElementById('{ident}').click()")

    def idle(self):
        self.page.wait("document.body.getAttribute('aria-busy') !== 'true'")

    def submit(self, ident):
        self.idle()
        self.page.run(f"document.getElementById('{ident}').requestSubmit()")

    def fill(self, ident, text):
        self.page.run(f"document.getElementById('{ident}').focus(); document.getElementById('{ident}').select()")
        self.page.type(text)

    def the_link_opens_the_page_in_less_than_100_kB_and_leaves_the_address(self):
        page = self.page
        page.open(self.house.link)
        page.wait(says("state", "Off"))
        expect("token" not in page.run("location.href"), "the token stays in the address")
        print(f"# {page.received} bytes for the first paint, {len(page.requests)} requests")
        expect(0 < page.received < 100_000, f"{page.received} bytes")
        origin = page.run("location.origin")
        expect(all(a.startswith(origin) for a in page.requests.values()), f"{page.requests}")
        cookies = page.call("Network.getCookies")["cookies"]
        expect(len(cookies) == 1 and cookies[0]["httpOnly"] and cookies[0]["sameSite"] == "Strict", f"{cookies}")

    def the_link_works_once(self):
        other = self.page.browser.call("Target.createBrowserContext")["browserContextId"]
        target = self.page.browser.call("Target.createTarget", url="about:blank", browserContextId=other)
        session = self.page.browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        stranger = type(self.page)(self.page.browser, session["sessionId"], 390, 844, False)
        stranger.open(self.house.link)
        expect("This page is closed" in stranger.run("document.body.innerText"), "it opened again")
        stranger.picture(f"{FOLDER}/closed.png")
        self.page.browser.call("Target.disposeBrowserContext", browserContextId=other)

    def the_network_starts(self):
        self.click("power")
        self.page.wait(says("state", "On the air"))
        self.page.wait(says("power", "Stop"))
        expect(self.house.status()["state"] == "active", "it is not on the air")
        expect(self.page.run(says("facts", "channel")), "the channel is not shown")

    def a_name_is_changed(self):
        self.fill("network-name", 'Tea; "five": \\o/,é')
        self.submit("name-form")
        self.page.wait(says("ssid", 'Tea; "five": \\o/,é'))
        self.page.wait(says("state", "On the air"))

    def choose(self, ident, value):
        self.page.run(
            f"(() => {{ const list = document.getElementById('{ident}'); list.value = {json.dumps(value)}; "
            "list.dispatchEvent(new Event('change', { bubbles: true })); })()"
        )

    def the_band_the_channel_and_the_width_are_chosen(self):
        page = self.page
        offered = "[...document.getElementById('channel').options].map((o) => o.value).join(' ')"
        expect("11" in page.run(offered).split() and "36" in page.run(offered).split(), "not every channel")
        self.choose("band", "5")
        expect(page.run(offered).split()[0] == "36", f"channels of another band: {page.run(offered)}")
        self.choose("channel", "44")
        self.choose("width", "80")
        # What does not go together is let go of before anybody is refused.
        self.choose("band", "2.4")
        left = page.run("[document.getElementById('channel').value, document.getElementById('width').value].join()")
        expect(left == ",", f"{left!r} is left of the other band")
        self.choose("channel", "11")
        self.choose("width", "40")
        self.submit("air-form")
        page.wait(says("facts", "channel 11"))
        page.wait(says("state", "On the air") + " && document.getElementById('air-undo').hidden")
        air = self.house.status()["air"]
        expect((air["band_ghz"], air["channel"], air["width_mhz"]) == ("2.4", 11, 40), f"{air}")
        self.choose("channel", "1")
        self.click("air-undo")
        expect(page.run("document.getElementById('channel').value") == "11", "it is not undone")

    def a_channel_that_cannot_be_is_refused_in_words_and_the_network_runs_on(self):
        page = self.page
        self.choose("band", "5")
        self.choose("channel", "52")
        expect(page.run("document.getElementById('channel').selectedOptions[0].textContent") == "52 (radar)", "no warning")
        self.submit("air-form")
        page.wait(visible("trouble") + " && " + says("trouble-text", "radar"))
        page.wait(says("trouble-text", "as it was before"))
        expect(page.run("document.getElementById('trouble-remedy').textContent.length") > 5, "no remedy")
        status = self.house.status()
        expect((status["state"], status["channel"]) == ("active", 11), f"{status}")
        self.click("trouble-close")
        self.click("air-undo")
        for ident in ["band", "channel", "width"]:
            self.choose(ident, "")
        self.submit("air-form")
        page.wait("net.air.channel === null && net.state === 'active'")
        page.complaints = [c for c in page.complaints if "status of 422" not in c]

    def devices_are_kept_apart(self):
        self.click("isolate")
        self.idle()
        expect(self.house.status()["isolate"], "it is not switched")
        self.page.wait("document.getElementById('isolate').checked")
        self.click("isolate")
        self.idle()

    def what_somebody_types_is_not_overwritten_when_something_happens(self):
        page = self.page
        self.fill("network-name", "half a na")
        page.run("document.querySelector('#name-form button').focus()")
        self.choose("band", "5")
        self.house.run("set", "--max-peers", "99")
        self.house.run("start")
        page.wait("net && net.max_peers === 99 && net.state === 'active'")
        kept = page.run("document.getElementById('network-name').value + document.getElementById('band').value")
        expect(kept == "half a na5", f"{kept!r} is left of it")
        self.click("air-undo")
        page.run("edited.name = false; drawSettings()")

    def where_no_addresses_are_given_the_page_says_why(self):
        self.page.wait(says("sharing-note", "no addresses") + " && " + says("sharing-why", "simulated radio"))
        expect(self.page.run("document.getElementById('share-form').hidden"), "it can be shared all the same")

    def the_internet_is_shared_of_an_interface_or_of_whichever_has_it(self):
        # The simulated radio has none: the page is told of another one, and what it asks for is looked at.
        sharing = {
            "state": "running", "internet": False, "wanted": None, "address": "192.168.173.1/24", "upstream": None,
            "trouble": None, "interfaces": ["eth0", "wlan1"],
            "leases": [{"mac": "02:00:00:00:00:09", "address": "192.168.173.20", "name": "phone", "expires": None}],
        }
        on = {**sharing, "internet": True, "wanted": "wlan1", "upstream": "wlan1"}
        told = self.page.run(f"""(async () => {{
            const told = [];
            const before = [ask, net];
            ask = async (path, body) => {{ told.push(JSON.stringify(body)); return {{}}; }};
            const see = () => [...document.querySelectorAll('#internet button')].filter((b) => !b.hidden).map((b) => b.textContent).join('+');
            const submit = () => {{ document.getElementById('share-form').requestSubmit(); return new Promise((r) => setTimeout(r, 50)); }};
            draw({{ ...net, sharing: {json.dumps(sharing)} }});
            told.push(see());
            await submit();
            const list = document.getElementById('upstream');
            draw({{ ...net, sharing: {json.dumps(sharing)} }});
            list.value = 'eth0';
            list.dispatchEvent(new Event('change'));
            await submit();
            draw({{ ...net, sharing: {json.dumps(on)} }});
            list.value = 'wlan1';
            list.dispatchEvent(new Event('change'));
            told.push(see(), document.getElementById('sharing-note').textContent);
            list.value = '';
            list.dispatchEvent(new Event('change'));
            told.push(see());
            document.getElementById('unshare').click();
            await new Promise((r) => setTimeout(r, 50));
            told.push(document.getElementById('leases').textContent);
            [ask] = before;
            draw(before[1]);
            return told;
        }})()""")
        expected = [
            "Share the internet", '{"share":{"upstream":null}}', '{"share":{"upstream":"eth0"}}', "Stop sharing",
            "Devices use the internet of wlan1. This machine is 192.168.173.1/24.", "Use this one+Stop sharing",
            '{"unshare":{}}', "192.168.173.20phone02:00:00:00:00:09",
        ]
        expect(told == expected, f"{told}")

    def a_key_is_set_and_kept_from_the_page_until_asked_for(self):
        self.key = 'key;with:all\\the"hard,ones'
        self.fill("new-key", self.key)
        self.submit("key-form")
        self.page.wait(says("secondary-note", "kept until"))
        self.page.wait("document.body.getAttribute('aria-busy') === 'false'")
        expect(self.page.run("document.getElementById('new-key').value") == "", "the field keeps it")
        expect(self.key not in self.page.run("document.documentElement.outerHTML"), "it is in the page")
        self.click("show")
        self.page.wait(says("key", self.key))
        self.click("show")
        expect(self.key not in self.page.run("document.documentElement.outerHTML"), "it stays in the page")

    def the_code_appears_and_an_independent_decoder_reads_it(self):
        self.click("show-code")
        self.page.wait(visible("code") + " && document.getElementById('qr').complete")
        file = f"{self.house.folder}/code.png"
        self.page.picture_of("qr", file)
        said = decode(file)
        expected = r"""WIFI:T:WPA;S:Tea\; \"five\"\: \\o/\,é;P:key\;with\:all\\the\"hard\,ones;;"""
        expect(said == expected, f"{said!r} is not {expected!r}")
        expect("join" in self.page.run("document.getElementById('qr').alt"), "it has no name for those who do not see it")

    def a_picture_of_the_command_line_says_the_same_and_is_for_its_owner(self):
        file = f"{self.house.folder}/command.png"
        said = self.house.run("qr", "--png", file)
        expect(said == "", f"{said!r} on standard output")
        expect(os.stat(file).st_mode & 0o777 == 0o600, "others may read it")
        expect(decode(file).endswith(r"P:key\;with\:all\\the\"hard\,ones;;"), decode(file))
        self.house.run("qr", "--primary", "--png", file)
        primary = json.loads(self.house.run("key", "show", "--json"))["primary"]["key"]
        expect(decode(file).endswith(f"P:{primary};;"), "the primary key is not in it")
        self.house.run("key", "set", "--raw", key="a5" * 32)
        self.house.run("qr", "--png", file)
        expect(decode(file).endswith(f"P:{'a5' * 32};;"), "the raw key is not in it")
        lines = self.house.run("qr").splitlines()
        expect(len(lines) > 14 and len(set(map(len, lines))) == 1, "it is no square")

    def a_code_on_the_screen_goes_when_the_key_changes_elsewhere(self):
        self.page.wait("document.getElementById('code').hidden")
        self.click("show-code")
        self.page.wait(visible("code"))
        self.house.run("key", "set", key="tea at five")
        self.page.wait("document.getElementById('code').hidden")
        self.key = "tea at five"

    def a_device_appears_and_leaves_without_reloading(self):
        self.page.run("window.same = true")
        self.house.run("sim", "join", "phone", key=self.key)
        self.page.wait(says("peers", "phone") + " && " + says("peers", "secondary key"))
        self.page.wait(says("lines", "joined with the secondary key"))
        self.house.run("sim", "join", "stranger", key="wrong key at all", fails=True)
        self.page.wait(says("lines", "wrong key"))
        self.page.run("document.querySelector('#peers li').dataset.same = 'yes'")
        self.house.run("sim", "traffic", "phone")
        self.page.wait("net.peers[0].rx_bytes > 0 && document.querySelector('#peers').textContent.includes('B')")
        # A row that was made anew would take away what somebody marks in it.
        expect(self.page.run("document.querySelector('#peers li').dataset.same") == "yes", "the row was made anew")
        expect(self.page.run("window.same") is True, "it was reloaded")

    def a_key_is_lent_and_whoever_is_connected_stays(self):
        self.click("invent")
        self.page.wait("document.getElementById('new-key').value.length === 27")
        self.click("once")
        self.submit("key-form")
        self.page.wait(says("secondary-note", "Lent"))
        self.page.wait(says("peers", "retired key"))
        expect(len(self.house.status()["peers"]) == 1, "the device was disconnected")

    def nobody_is_disconnected_without_a_question(self):
        page = self.page
        self.click("power")
        page.wait("document.getElementById('confirm').open")
        expect("one device" in page.run("document.getElementById('confirm-text').textContent"), "it does not say who")
        expect(page.focused() == "confirm-no", "the harmless answer is not the first")
        page.key("Escape")
        page.wait("!document.getElementById('confirm').open && document.body.getAttribute('aria-busy') === 'false'")
        expect(self.house.status()["state"] == "active", "it stopped all the same")

    def a_refusal_shows_cause_and_remedy(self):
        self.page.run("document.getElementById('new-key').removeAttribute('minlength')")
        self.fill("new-key", "short")
        self.submit("key-form")
        self.page.wait(visible("trouble") + " && " + says("trouble-text", "8 to 63"))
        expect(self.page.run("document.getElementById('trouble-remedy').textContent.length") > 5, "no remedy")
        self.page.look(320, 640)
        high = self.page.run("document.getElementById('trouble-close').getBoundingClientRect().height")
        expect(high < 60, f"the word on the button is broken: {high} pixels high")
        self.page.look(1280, 800)
        # The browser notes every answer that is a refusal; those are expected.
        self.page.complaints = [c for c in self.page.complaints if "status of 4" not in c]
        self.click("trouble-close")
        self.page.run("document.getElementById('key-form').reset()")

    def pictures_to_look_at(self):
        self.house.run("set", "--ssid", "Guest room", "--max-peers", "100")
        self.house.run("start")
        self.house.run("key", "set", key="tea at five")
        for name, key in [("phone", "tea at five"), ("laptop", None), ("tablet", "tea at five")]:
            self.house.run("sim", "join", name, key=key or json.loads(self.house.run("key", "show", "--json"))["primary"]["key"])
        self.page.wait("document.getElementById('peers').children.length === 3")
        for width, height in [(390, 844), (360, 740), (320, 640), (640, 400), (768, 1024), (1280, 800)]:
            for dark in [False, True]:
                self.page.look(width, height, dark)
                self.page.run("scrollTo(0, 0)")
                name = f"{width}-{'dark' if dark else 'light'}"
                self.page.picture(f"{FOLDER}/{name}.png")
                self.page.picture(f"{FOLDER}/{name}-whole.png", whole=True)
                if (width, dark) == (390, False):
                    self.click("show-code")
                    self.page.wait(visible("code") + " && document.getElementById('qr').complete")
                    self.page.picture(f"{FOLDER}/code.png")
                    self.click("show-code")
                    self.page.run("document.activeElement.blur()")
                wide = self.page.run("document.documentElement.scrollWidth")
                expect(wide <= width, f"{wide} pixels do not fit into {width}")
                out = self.page.run(STICKING_OUT)
                expect(out == "", f"at {width} pixels something sticks out: {out}")
        self.page.look(1280, 800)

    def everything_has_a_name_for_those_who_do_not_see_it(self):
        tree = self.page.tree()
        controls = {"button", "textbox", "checkbox", "radio", "link", "image", "region", "log", "group"}
        nameless = [role for role, name in tree if role in controls and not name.strip()]
        # A picture that says nothing more than the text beside it has an empty name on purpose.
        expect(not nameless, f"without a name: {nameless}")
        roles = {role for role, _ in tree}
        for role in ["main", "banner", "region", "log", "status", "heading", "textbox"]:
            expect(role in roles, f"no {role} among {sorted(roles)}")
        live = self.page.run("document.getElementById('lines').getAttribute('aria-live')")
        expect(live == "polite", "what happens is not read out")
        levels = self.page.run("[...document.querySelectorAll('main :is(h1,h2,h3)')].map((h) => h.tagName)")
        expect(levels[0] == "H1" and levels.count("H1") == 1, f"{levels}")

    def all_of_it_by_keyboard(self):
        page = self.page
        page.run("document.activeElement.blur(); scrollTo(0, 0)")
        page.open(page.run("location.href"))
        page.wait(says("state", "On the air"))
        page.key("Tab")
        expect(page.run("document.activeElement.className") == "skip", "the first stop is not the way past the head")
        page.tab_to("show-code")
        page.key("Enter")
        page.wait(visible("code"))
        expect(page.focused() == "show-code", "the focus was lost")
        page.key("Enter")
        page.wait("document.getElementById('code').hidden")
        page.tab_to("new-key")
        page.type("by keyboard alone")
        page.tab_to("once")
        page.key(" ")
        expect(page.run("document.getElementById('once').checked"), "the space bar does not check")
        page.key("Enter")
        page.wait(says("secondary-note", "Lent"))
        page.wait("document.body.getAttribute('aria-busy') === 'false'")
        page.tab_to("remove")
        expect(page.run("document.activeElement.matches(':focus-visible')"), "the focus is not seen")
        page.key("Enter")
        page.wait(says("secondary-note", "Not set"))
        page.wait("document.activeElement.id === 'new-key'")
        page.tab_to("power")
        page.key("Enter")
        page.wait("document.getElementById('confirm').open")
        page.tab_to("confirm-yes")
        page.key("Enter")
        page.wait(says("state", "Off"))
        expect(self.house.status()["state"] == "idle", "it did not stop")
        page.complaints = [c for c in page.complaints if "status of 409" not in c]

    def a_service_that_goes_and_comes_is_told(self):
        service = self.house.processes[0]
        service.terminate()
        service.wait(20)
        self.page.wait(says("state", "No service") + " && " + says("why", "hostednet serve"))
        left = self.page.run("[...document.querySelectorAll('main > section:not([hidden])')].map((s) => s.id).join(' ')")
        expect(left == "network history", f"{left} is shown without anybody to tell or do it")
        self.house.spawn("serve", "--radio", "sim", "--state-dir", f"{self.house.folder}/state")
        self.page.wait(says("state", "Off"))

    def without_JavaScript_there_is_a_sentence(self):
        self.page.call("Emulation.setScriptExecutionDisabled", value=True)
        self.page.open(self.page.run("location.href"))
        tree = " ".join(name for _, name in self.page.tree())
        self.page.call("Emulation.setScriptExecutionDisabled", value=False)
        expect("needs JavaScript" in tree, "nothing is said")

    def the_browser_had_nothing_to_complain_about(self):
        # Each stop asks first, which the browser notes as an answer of status 409.
        left = [c for c in self.page.complaints if "status of 409" not in c]
        expect(not left, "\n".join(left))

    def who_signs_out_is_out(self):
        before = self.page.loads
        self.page.open(self.house.link.split("?")[0])
        self.page.wait(says("link-text", "live"))
        before = self.page.loads
        self.click("leave")
        self.page.loaded(before)
        expect("This page is closed" in self.page.run("document.body.innerText"), "it is still open")


def main():
    failed = 0
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        os.chmod(folder, 0o700)
        house = stack.enter_context(House(folder))
        libraries = os.environ.pop("LIBRARIES")
        os.environ["LD_LIBRARY_PATH"] = libraries
        browser = stack.enter_context(Browser(os.environ["CHROMIUM"], f"{folder}/chromium"))
        walk = Walk(house, browser.page())
        cases = [name for name in vars(Walk) if not name.startswith("_") and name not in ("choose", "click", "fill", "idle", "submit")]
        for name in cases:
            words = name.replace("_", " ")
            try:
                getattr(walk, name)()
                print(f"ok      {words}", flush=True)
            except (AssertionError, RuntimeError, TimeoutError, EOFError) as error:
                failed += 1
                print(f"FAILED  {words}: {' '.join(str(error).split())[:600]}", flush=True)
                for log in ["serve", "web"]:
                    with contextlib.suppress(OSError):
                        sys.stderr.write(open(f"{folder}/{log}.log").read())
                walk.page.picture(f"{FOLDER}/failed-{name}.png", whole=True)
    sys.exit(1 if failed else 0)


main()
