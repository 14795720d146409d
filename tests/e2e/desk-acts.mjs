/*
 * desk-acts.mjs - what one does at the desk for one person and for one unread mail, in a real browser, held against the store.
 *
 * usage: node desk-acts.mjs MODULES DESK SHOTS STORE HEADER FOCAL-HEADER
 *
 * Each action is done as a person does it: open, fill in, press. Then the page
 * says what was done, and the store has it. Half of it without JavaScript.
 * Prints "ok LABEL" and "not ok LABEL", as desk-walk.mjs does.
 */
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const [modules, desk, shots, store, header, focalHeader] = process.argv.slice(2);
const require = createRequire(path.resolve(modules) + "/");
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;
const KEY = "desk";
const headers = { Cookie: header.replace(/^Cookie: /, "") }, focal = { Cookie: focalHeader.replace(/^Cookie: /, "") };
const jar = (of) => of.Cookie.split("; ").map((c) => ({ name: c.split("=")[0], value: c.slice(c.indexOf("=") + 1), url: desk }));

let bad = 0;

function told(good, label, fault = "") {
	console.log(`${good ? "ok" : "not ok"} ${label}`);
	if (!good) {
		bad++;
		if (fault)
			console.log(`# ${String(fault).replace(/\s+/g, " ").slice(0, 400)}`);
	}
}

const same = (got, want, label) => told(String(got) === String(want), label, `got ${got}, want ${want}`);
const query = (sql) => execFileSync("sqlite3", ["-cmd", ".timeout 5000", store, sql], { encoding: "utf8" }).trim();

async function api(rest, options = {}) {
	const reply = await fetch(`${desk}/api/v1/campaigns/${KEY}${rest}`, { ...options, headers: { ...headers, ...options.headers } });

	return { status: reply.status, data: await reply.json() };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const faults = [];

async function open(of, options = {}) {
	const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 1280, height: 900 }, ...options });

	await context.addCookies(jar(of));
	const page = await context.newPage();
	page.on("console", (m) => m.type() !== "log" && faults.push(`${m.type()}: ${m.text()}`));
	page.on("pageerror", (e) => faults.push(`exception: ${e.message}`));
	page.on("request", (r) => r.url().startsWith(desk + "/") || faults.push(`left the desk: ${r.url()}`));
	page.on("response", (r) => r.status() >= 500 && faults.push(`${r.status()} ${r.url()}`));
	return page;
}

/* Axe, a picture in light and dark and on a telephone, and the HTML for tidy. */
async function keep(page, name) {
	const found = await page.evaluate(`${axeSource}; axe.run(document, { preload: false, resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);

	told(found.violations.every((v) => v.impact !== "serious" && v.impact !== "critical"), `axe: ${name}`,
		found.violations.map((v) => `${v.impact} ${v.id} ${v.nodes[0].html}`));
	for (const scheme of ["light", "dark"])
		for (const [width, pixels] of [["desktop", 1280], ["phone", 390]]) {
			await page.emulateMedia({ colorScheme: scheme });
			await page.setViewportSize({ width: pixels, height: 900 });
			same(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)), 0,
				`${name} ${width} ${scheme}: no wider than the window`);
			await page.screenshot({ path: `${shots}/act-${name}-${width}-${scheme}.png`, fullPage: true });
		}
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: "light" });
	fs.mkdirSync(`${shots}/html`, { recursive: true });
	fs.writeFileSync(`${shots}/html/act-${name}.html`, (await page.content()).replace("<!DOCTYPE html>", "<!doctype html>"));
}

const form = (page, act) => page.locator(`form.act:has(input[name=act][value=${act}])`);
const banner = (page) => page.locator(".banner[role=status]").first().textContent();

/* Opens what holds the form, as one does with the keyboard. */
async function reach(page, act) {
	const details = page.locator(`details:has(form.act input[name=act][value=${act}])`);

	if (!await details.getAttribute("open").then((v) => v !== null)) {
		await details.locator("summary").focus();
		await page.keyboard.press("Enter");
	}
	return form(page, act);
}

async function notes(page, who) {
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	let f = await reach(page, "note");
	await f.locator("textarea").fill("Đã gọi, hẹn <b>thứ hai</b> gọi lại");
	await f.locator("button").click();
	same(await banner(page), "Đã ghi chú.", "a note is kept, and the page says so");
	told((await page.locator(".timeline").textContent()).includes("Đã gọi, hẹn <b>thứ hai</b> gọi lại"), "... it stands in the timeline, harmless");
	same(query(`SELECT actor || '|' || text FROM person_note WHERE contact = ${who.id}`),
		"desk:the-administrator|Đã gọi, hẹn <b>thứ hai</b> gọi lại", "... and in the store, with who wrote it");
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	f = await reach(page, "note");
	await f.locator("textarea").fill("   ");
	await f.locator("button").click();
	told(await page.locator("#f-remark").count() === 1, "... an empty one is refused at the field");
}

async function corrections(page, who, colleague) {
	const other = `sua.${who.id}@cantho.gov.example`;

	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	let f = await reach(page, "correct");
	same(await f.locator("input[name=email]").inputValue(), who.email, "the form has what is held");
	await f.locator("input[name=email]").fill("khong co gi");
	await f.locator("input[name=sub_unit]").fill("Phòng <Mới>");
	await f.locator("button").click();
	f = form(page, "correct");
	told(await f.locator("input[name=email]").getAttribute("aria-invalid") === "true" && (await page.locator("#f-email").textContent()).includes("khong co gi"),
		"an address that is none is refused at the field");
	same(await f.locator("input[name=email]").inputValue() + await f.locator("input[name=sub_unit]").inputValue(), "khong co giPhòng <Mới>",
		"... what was typed stays");
	same(query(`SELECT email FROM address WHERE contact = ${who.id} AND rank = 1`), who.email, "... nothing was changed");
	await keep(page, "correct-refused");
	await f.locator("input[name=email]").fill(other);
	await f.locator("button").click();
	told((await banner(page)).includes("đã sửa địa chỉ") && (await banner(page)).includes("đã sửa bộ phận"), "a right one is taken", await banner(page));
	same(query(`SELECT a.email || '|' || c.sub_unit FROM contact c JOIN address a ON a.contact = c.id AND a.rank = 1 WHERE c.id = ${who.id}`),
		`${other}|Phòng <Mới>`, "... into the store");
	same(query(`SELECT count(*) FROM correction WHERE contact = ${who.id} AND new_email = '${other}'`), 1, "... as a correction");
	told(!page.url().includes("@") && !page.url().includes("%40"), "... the address stands in no URL");
	f = await reach(page, "correct");
	await f.locator("input[name=email]").fill(colleague.email);
	await f.locator("button").click();
	told((await banner(page)).includes("đồng nghiệp cũng dùng địa chỉ này"), "an address that a colleague has is warned of", await banner(page));
	f = await reach(page, "correct");
	await f.locator("input[name=email]").fill(who.email);
	await f.locator("button").click();
	same(query(`SELECT email FROM address WHERE contact = ${who.id} AND rank = 1`), who.email, "... and corrected again");
}

async function words(page, who) {
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	let f = await reach(page, "say");
	await f.locator("select").selectOption("away");
	await f.locator("input[name=note]").fill("Bà Mối gọi điện");
	await f.locator("button").click();
	f = form(page, "say");
	told(await page.locator("#f-until").count() === 1, "away until when? is asked at the field");
	same(`${await f.locator("select").inputValue()} ${await f.locator("input[name=note]").inputValue()}`, "away Bà Mối gọi điện", "... what was chosen and typed stays");
	await f.locator("input[name=until]").fill("2030-01-31");
	await f.locator("button").click();
	same(await banner(page), "Đã ghi nhận.", "a word is recorded");
	same(query(`SELECT text || '|' || grade FROM evidence WHERE contact = ${who.id} AND kind = 'focal_away'`), "Bà Mối gọi điện|A", "... in the store");
	const details = page.locator("details:has(input[value=say])");
	await details.locator("summary").click();
	await keep(page, "said");
	await details.locator("form.back button").click();
	told((await banner(page)).startsWith("Đã rút lại"), "it is taken back", await banner(page));
	same(query(`SELECT count(*) FROM evidence WHERE contact = ${who.id} AND kind = 'focal_away_withdrawn'`), 1, "... and stays on record");
}

async function stops(page, who) {
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	const f = await reach(page, "stop");
	await f.locator("input[name=note]").fill("gọi điện sáng nay");
	await f.locator("button").click();
	told((await banner(page)).includes("không gửi thư cho người này nữa"), "an opt-out is written down", await banner(page));
	await page.goto(`${desk}/c/${KEY}/people/${who.id}/resend`);
	told((await page.locator(".banner.bad").textContent()).includes("đã xin thôi nhận") && await page.locator("main form").count() === 0,
		"... nothing can be sent again then");
	same((await api(`/people/${who.id}/resend`, { method: "POST", headers: { "X-Requested-With": "test" } })).status, 409, "... by a program neither");
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	await page.locator("details:has(input[value=opt_out]) summary").click();
	await page.locator("form.back:has(input[value=opt_out]) button").click();
	same(query(`SELECT count(*) FROM evidence WHERE contact = ${who.id} AND kind = 'opt_out'`), 0, "a mistake is taken back");
	const own = query("SELECT contact FROM evidence WHERE kind = 'opt_out' AND fingerprint NOT LIKE 'word:%' LIMIT 1");
	await page.goto(`${desk}/c/${KEY}/people/${own}`);
	same(await page.locator("form.back:has(input[value=opt_out])").count(), 0, "what the person asked for by themselves is theirs to take back");
	const refused = await api(`/people/${own}`, { method: "POST", headers: { "X-Requested-With": "test" },
		body: new URLSearchParams({ act: "withdraw", kind: "opt_out" }) });
	same(`${refused.status} ${query(`SELECT count(*) FROM evidence WHERE contact = ${own} AND kind = 'opt_out'`)}`, "400 1", "... whoever asks");
}

async function resend(page, who) {
	await page.goto(`${desk}/c/${KEY}/people/${who.id}/resend`);
	told((await page.locator(".banner.bad").textContent()).includes("hôm nay đã nhận một thư"), "one message a day");
	query(`UPDATE invite SET moved_at = moved_at - 172800 WHERE contact = ${who.id}`);
	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	await page.locator("a.button").click();
	const text = await page.locator("main").textContent();
	told(text.includes(who.email) && text.includes(who.name) && text.includes("Mời tham gia"), "what would be sent, and where to", text);
	await keep(page, "resend");
	await page.locator("main form button").click();
	same(await banner(page), "Thư sẽ được gửi.", "it is sent again");
	let state = "";
	for (let i = 0; i < 100 && state !== "accepted done"; i++) {
		await new Promise((done) => setTimeout(done, 200));
		state = query(`SELECT i.state || ' ' || w.state FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'resend-${who.id}'`);
	}
	same(state, "accepted done", "... by the daemon, as a wave of its own that is over then");
	same(query(`SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'resend-${who.id}' AND i.email = '${who.email}'`), 1, "... to this person alone");
}

async function cure(page) {
	const { data: { people: [who] } } = await api("/people?cause=bad_user");

	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	told(await page.locator(".banner.bad").textContent().then((t) => t.includes(who.email)), "what stops an address stands on the page");
	const f = await reach(page, "cure");
	await f.locator("input[name=note]").fill("quản trị thư của đơn vị cho biết");
	await f.locator("button").click();
	same(await page.locator(".banner.bad").count(), 0, "lifted by the word of who has asked");
	same((await api(`/people/${who.id}`)).data.cause, "not_invited", "... who can be invited again");
	same(query(`SELECT text FROM evidence WHERE contact = ${who.id} AND kind = 'focal_works'`), "quản trị thư của đơn vị cho biết", "... with who said so");
}

async function focalPoint(who) {
	const page = await open(focal);

	await page.goto(`${desk}/c/${KEY}/people/${who.id}`);
	same(await page.locator("main form").count(), 0, "a focal point sees the person, and no form");
	told(!(await page.locator("main").textContent()).includes("thứ hai"), "... nor what colleagues have noted");
	const reply = await fetch(`${desk}/api/v1/campaigns/${KEY}/people/${who.id}`, { method: "POST", headers: { ...focal, "X-Requested-With": "test" },
		body: new URLSearchParams({ act: "note", note: "x" }) });
	same(reply.status, 403, "... and may write none");
	await page.context().close();
}

async function rules(page) {
	const before = query("SELECT count(*) FROM inbound WHERE kind = 'autoreply'");

	await page.goto(`${desk}/c/${KEY}/inbound`);
	await page.locator("a.teach").first().click();
	same(await page.locator("input[name=phrase]").inputValue(), "Hoi ve phieu khao sat", "a rule is proposed from the mail");
	told((await page.locator("main").textContent()).includes("Hoi ve phieu khao sat") && await page.locator(".hit").count() === 1, "... with what it would match");
	same(query("SELECT count(*) FROM audit WHERE action = 'rules add'"), 0, "... and nothing is kept yet");
	await page.locator("input[name=phrase]").fill("insufficient system storage");
	await page.locator("select[name=meaning]").selectOption("policy");
	await page.locator("button[value=try]").click();
	told(await page.locator("[role=alert]").count() === 1 && await page.locator("button[value=keep]").count() === 0, "one that contradicts a shipped example cannot be kept");
	await keep(page, "rule-contradicts");
	await page.locator("select[name=meaning]").selectOption("auto-reply");
	await page.locator("button[value=propose]").click();
	same(await page.locator("input[name=phrase]").inputValue(), "Hoi ve phieu khao sat", "words are proposed for another meaning");
	await keep(page, "rule");
	await page.locator("button[value=keep]").click();
	told((await banner(page)).includes("Đã ghi quy tắc"), "kept", await banner(page));
	same(query("SELECT count(*) FROM inbound WHERE kind = 'autoreply'"), Number(before) + 1, "... what waits is understood at once");
	told(fs.readFileSync(`${store}.rules`, "utf8").includes("desk:the-administrator message="), "... it stands in the office's file, with who");
	same(query("SELECT count(*) FROM audit WHERE action = 'rules add' AND actor = 'desk:the-administrator'"), 1, "... and in the audit");
	await keep(page, "rules");
	await page.locator(".rule form button").first().click();
	same(await page.locator(".rule").count(), 0, "taken away again");
	told(!fs.readFileSync(`${store}.rules`, "utf8").includes("message="), "... from the file, too");
}

try {
	const people = (await api("/people?cause=unknown")).data.people;
	const page = await open(headers), plain = await open(headers, { javaScriptEnabled: false });

	const mine = (await api("/people?unit=T92")).data.people[0];

	await notes(page, mine);
	await corrections(page, people[1], people[2]);
	await words(page, people[3]);
	await stops(plain, people[4]);
	await resend(page, people[5]);
	await cure(plain);
	await focalPoint(mine);
	await rules(page);
	told(faults.length === 0, "no error on any page, nothing left the desk", faults);
	same(query(`SELECT group_concat(action, ', ') FROM (SELECT DISTINCT action FROM audit WHERE actor = 'desk:the-administrator' AND action IN
		('person note', 'person correct', 'evidence add', 'evidence withdraw', 'person resend', 'rules add', 'rules remove') ORDER BY action)`),
		"evidence add, evidence withdraw, person correct, person note, person resend, rules add, rules remove", "each is in the audit");
} catch (e) {
	told(false, "all was done", e.stack);
}
await browser.close();
process.exitCode = bad ? 1 : 0;
