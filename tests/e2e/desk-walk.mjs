/*
 * desk-walk.mjs - every page of the desk in a real browser, as different people see it.
 *
 * usage: node desk-walk.mjs MODULES DESK SHOTS REPORTS [HEADER]...
 *
 * MODULES is where node_modules lies, DESK http://127.0.0.1:PORT, SHOTS a folder
 * for pictures and PDFs, REPORTS one with participation.csv and causes.csv of the
 * command line. Each HEADER, "Name: value", goes with each request (a session).
 * Prints "ok LABEL" and "not ok LABEL", with "# ..." for what was found.
 *
 * Each page in Vietnamese and English, 1280 and 390 pixels wide, light and dark (not every one of the eight, but any two together):
 * status, language, title, no word on the console, no request that fails or
 * leaves the desk, no sideways scrolling on a telephone, and the numbers: every
 * integer that /api/v1 gives for the page stands on it, written as the language
 * writes it (but for those listed in NOT_SHOWN), tables cell by cell, totals.
 * Then axe, the keyboard, a browser without JavaScript, paper, the HTML itself.
 */
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, desk, shots, reports, ...headerLines] = process.argv.slice(2);
const require = createRequire(path.resolve(modules) + "/");
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;
const parse5 = await import(pathToFileURL(require.resolve("parse5")));
const headers = Object.fromEntries(headerLines.map((h) => h.split(": ", 2)));
/* A browser keeps its cookies itself: a header of ours would be pushed out by the first one that a page sets. */
const jar = (headers.Cookie ?? "").split("; ").filter(Boolean).map((c) => ({ name: c.split("=")[0], value: c.slice(c.indexOf("=") + 1), url: desk }));
const KEY = "desk";
const WIDTHS = { desktop: 1280, phone: 390 };
const FEW = 6;		// faults told of one kind

/* What /api/v1 says and the page does not: as "page: path", indices left out. */
const NOT_SHOWN = new Set(`
account: recovery_left
today: invited
today: accepted
today: took_part
today: deadline.days_left
today: ministries.zero
today: provinces.zero
today: wave.planned
today: wave.sending
today: wave.expired
today: wave.cancelled
today: wave.open
today: wave.resting_domains
today: wave.per_minute
today: wave.minutes_left
today: sender.refused_auth
today: sender.refused_blocked
letter: rosters
units: units.rosters
units: units.mailable
units: units.invited
units: units.unknown
units: units.instruments.answered
units: units.instruments.missing
units: units.accepted
units: units.failed
units: units.rank
units: units.of_cause
units: total.mailable
units: total.invited
units: total.unknown
units: total.instruments.answered
units: total.instruments.missing
units: total.of_cause
small: units.rosters
small: units.unknown
small: units.causes.people
small: total.mailable
small: total.invited
small: total.accepted
small: total.took_part
small: total.failed
small: total.unknown
small: total.nominated
small: total.causes.people
small: total.instruments.answered
small: total.instruments.missing
small: units.contains.nominated
small: units.contains.took_part
small: units.failed
small: units.rank
small: units.instruments.answered
small: units.instruments.missing
unit: rosters
unit: corrections.mended
unit: corrections.invited
unit: corrections.accepted
unit: corrections.answered
unit: timeline.count
unit: first
unit: last
domains: domains.mailable
domains: domains.invited
domains: domains.accepted
domains: domains.reacted
domains: domains.instruments.answered
domains: domains.instruments.missing
domains: domains.unknown
domains: first
domains: last
exchangers: exchangers.mailable
exchangers: exchangers.invited
exchangers: exchangers.accepted
exchangers: exchangers.unknown
exchangers: exchangers.instruments.answered
exchangers: exchangers.instruments.missing
exchangers: first
exchangers: last
exchanger: mailable
exchanger: invited
exchanger: unknown
exchanger: instruments.answered
exchanger: instruments.missing
exchanger: domains.mailable
exchanger: domains.invited
exchanger: domains.accepted
exchanger: domains.reacted
exchanger: domains.unknown
exchanger: domains.instruments.answered
exchanger: domains.instruments.missing
domain: mailable
domain: invited
domain: unknown
domain: instruments.answered
domain: instruments.missing
people: first
people: last
waves: waves.planned
waves: waves.sending
waves: waves.expired
waves: waves.cancelled
waves: waves.open
waves: waves.resting_domains
waves: waves.per_minute
waves: waves.minutes_left
waves: log.n
wave: log.n
wave: open
wave: resting_domains
wave: per_minute
wave: minutes_left
wave: more_domains
preview: with_other_template
preview: with_second_address
reports: mailable
rule: trial.faults
reports: invited
reports: accepted
reports: took_part
reports: instruments.answered
reports: instruments.missing
report: tables.all
report: tables.rows
report: tables.totals
`.trim().split("\n"));

/* Texts by these names stand on the page word for word. */
const SAID = new Set(["text", "who", "detail", "words", "domain", "email", "file", "position", "telephone"]);

let bad = 0;

function told(good, label, faults = []) {
	console.log(`${good ? "ok" : "not ok"} ${label}`);
	if (good)
		return;
	bad++;
	for (const f of faults.slice(0, FEW))
		console.log(`# ${String(f).replace(/\s+/g, " ").slice(0, 300)}`);
	if (faults.length > FEW)
		console.log(`# ... and ${faults.length - FEW} more`);
}

const none = (faults, label) => told(faults.length === 0, label, faults);

/* --- numbers as a language writes them */

function written(n, lang) {
	const digits = String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
	return (n < 0 ? "-" : "") + digits;
}

/* A value of a table of a report, as a person reads it; null: empty or hidden. */
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DECIMALS = { percent: 1, points: 1, ratio: 2, fraction: 3 };

function asRead(v, kind, lang, total) {
	const day = (s) => lang === "vi" ? `${s.slice(8, 10)}/${s.slice(5, 7)}/${s.slice(0, 4)}` :
		`${s.slice(8, 10)} ${MONTHS[Number(s.slice(5, 7)) - 1]} ${s.slice(0, 4)}`;

	if (v === null)
		return ["–", "c"];
	if (kind === "seconds")		/* in words: only that there are some */
		return null;
	if (kind === "count")
		return [written(v, lang)];
	if (kind in DECIMALS) {
		const s = (kind === "points" && v > 0 ? "+" : "") + v.toFixed(DECIMALS[kind]);

		return [lang === "vi" ? s.replace(".", ",") : s];
	}
	if (kind === "day")
		return [day(v)];
	if (kind === "time")
		return [`${v.slice(11, 16)} ${day(v)}`];
	return total && v === "TOTAL" ? [lang === "vi" ? "Cộng" : "Total"] : [v.trim()];
}

/* Each table of a report, cell by cell. */
function wrongTables(data, tables, lang) {
	const faults = [], shown = data.tables.filter((t) => !t.empty);

	if (tables.length !== shown.length)
		faults.push(`${tables.length} tables instead of ${shown.length}`);
	shown.forEach((t, k) => {
		const columns = t.columns.map((c, i) => [c, i]).filter(([c]) => !PROGRAM_KEYS.has(`${data.report}.${t.key}.${c.key}`));

		for (const [part, rows] of [["body", t.rows], ["foot", t.totals]])
			rows.forEach((row, r) => columns.forEach(([c, i], at) => {
				const got = tables[k]?.[part][r]?.[at], want = asRead(row[i], c.kind, lang, part === "foot");

				if (got === undefined || (want && !want.includes(got)))
					faults.push(`${t.key} ${part} ${r} ${c.key}: ${got} instead of ${want}`);
			}));
	});
	return faults;
}

/* Columns for programs: on no page. */
const PROGRAM_KEYS = new Set(["delivery.reason.reason", "delivery.reason.outcome", "outside.outside.kind", "comparison.unit.kind",
	"comparison.cause.cause"]);

const read = (text) => Number(text.replace(/[.,]/g, ""));
const share = (v, lang) => v === null ? "" : lang === "vi" ? v.toFixed(1).replace(".", ",") : v.toFixed(1);

function* integers(data, at = "") {
	if (Array.isArray(data))
		for (const item of data)
			yield* integers(item, at);
	else if (data && typeof data === "object")
		for (const [name, item] of Object.entries(data))
			yield* integers(item, at ? `${at}.${name}` : name);
	else if (Number.isInteger(data) && !/(^|\.)(id|share|percent|\w+_share)$/.test(at))
		yield [at, data];
}

function* strings(data, names, at = "") {
	if (Array.isArray(data))
		for (const item of data)
			yield* strings(item, names, at);
	else if (data && typeof data === "object")
		for (const [name, item] of Object.entries(data))
			if (typeof item === "string" && names.has(name))
				yield item;
			else
				yield* strings(item, names, name);
}

/* --- what is walked */

async function api(rest, lang, options = {}) {
	return json(`/campaigns${rest}`, lang, options);
}

async function json(rest, lang, options = {}) {
	const reply = await fetch(`${desk}/api/v1${rest}${rest.includes("?") ? "&" : "?"}lang=${lang}`,
		{ ...options, headers: { ...headers, ...options.headers } });
	return reply.json();
}

/* The pages: some chosen by what is in the store. */
async function pages() {
	const units = (await api(`/${KEY}/units`, "vi")).units;
	const people = await api(`/${KEY}/people`, "vi");
	const refusal = (await api(`/${KEY}/actions?owner=mail_admin`, "vi")).actions.find((a) => /refusal$/.test(a.do_url)).do_url;
	const held = (await api(`/${KEY}/rosters`, "vi")).files.find((f) => f.held > 0 && f.rejected > 0);
	const list = [
		{ name: "today", at: "" }, { name: "actions", at: "/actions" },
		{ name: "actions", at: "/actions?page=2" }, { name: "actions", at: "/actions?owner=unit" }, { name: "units", at: "/units" },
		{ name: "units", at: "/units?kind=province&class=zero" }, { name: "units", at: "/units?tree=vn-2025&sort=-share" },
		{ name: "units", at: "/units?cause=refused_policy&sort=-cause" }, { name: "small", at: "/units?view=small" }, { name: "today", at: "?since=yesterday" },
		{ name: "domains", at: "/domains" }, { name: "domains", at: "/domains?which=silent" },
		{ name: "exchangers", at: "/domains?which=exchangers" }, { name: "exchanger", at: "/exchangers/mx.shared.example" },
		{ name: "domain", at: "/domains/gmail.example" }, { name: "people", at: "/people?since=wave&change=refused" },
		{ name: "unit", at: "/units/T79?cause=bad_user" },
		{ name: "people", at: "/people" }, { name: "people", at: "/people?page=3" },
		{ name: "people", at: "/people?unit=T92&cause=answered" }, { name: "rosters", at: "/rosters" },
		{ name: "rosters", at: "/rosters?unit=T92" }, { name: "roster", at: `/rosters/${held.id}` },
		{ name: "roster", at: `/rosters/${held.id}?disposition=hold` }, { name: "inbound", at: "/inbound" },
		{ name: "waves", at: "/waves" }, { name: "wave", at: "/waves/invitation" }, { name: "wave", at: "/waves/reminder" },
		{ name: "preview", at: "/waves/reminder/preview" }, { name: "reports", at: "/reports" },
		{ name: "unit", at: "/units/T92" }, { name: "unit", at: "/units/T79" }, { name: "report", at: "/units/T92/report" },
		...(await api(`/${KEY}/reports`, "vi")).reports.map((one) => ({ name: "report", at: `/reports/${one.key}` })),
		{ name: "letter", at: "/units/T79/letters/fix" }, { name: "letter", at: "/units/T01/letters/numbers" },
		{ name: "letter", at: refusal.replace(`/c/${KEY}`, "") },
	];
	for (const c of ["no_roster", "zero", "very_few"]) {
		const u = units.find((one) => one.class === c);

		if (u)
			list.push({ name: "unit", at: `/units/${u.code}` });
		else
			told(false, `a unit that is ${c} is there to be looked at`);
	}
	for (const c of people.cause_choices) {
		const p = (await api(`/${KEY}/people?cause=${c.value}`, "vi")).people[0];

		list.push({ name: "person", at: `/people/${p.id}`, cause: c.value });
	}
	/* Pages of no campaign: accounts, keys, the log. */
	const { users } = await json("/users", "vi"), cli = (await json("/audit", "vi")).who_choices.find((c) => c.value.startsWith("cli:")).value;
	const beside = ["/account", "/users", `/users/${users.find((u) => u.role === "focal").id}`, `/users/${users.find((u) => u.self).id}`,
		"/keys", "/audit", `/audit?who=${encodeURIComponent(cli)}&what=user+add`].map((at) => ({ name: at.split(/[/?]/)[1] + (/^.users.\d/.test(at) ? "/one" : ""), at,
		api: at, url: desk + at, label: at, file: at.slice(1).replace(/[^\w-]+/g, "-") }));
	const [unread] = (await api(`/${KEY}/inbound`, "vi")).mails, { people: [again] } = people;

	list.push({ name: "resend", at: `/people/${again.id}/resend` }, { name: "rules", at: "/rules" }, { name: "rule", at: `/inbound/${unread.id}/rule` });
	return beside.concat(list.map((p) => ({ ...p, api: `/campaigns/${KEY}${p.at}`, url: `${desk}/c/${KEY}${p.at}`, label: p.cause ? `person (${p.cause})` : p.at || "today",
		file: (p.cause ? `person-${p.cause}` : p.at.slice(1) || "today").replace(/[^\w-]+/g, "-") })));
}

function watch(page) {
	const seen = { console: [], requests: [] };

	page.on("console", (m) => m.type() !== "log" && seen.console.push(`${m.type()}: ${m.text()}`));
	page.on("pageerror", (e) => seen.console.push(`exception: ${e.message}`));
	page.on("request", (r) => r.url().startsWith(desk + "/") || seen.requests.push(`left the desk: ${r.url()}`));
	/* What the page before asked for by itself (desk.js, the picture of the tab) is given up when one goes on. */
	const givenUp = (r) => r.failure()?.errorText === "net::ERR_ABORTED" && (["fetch", "eventsource"].includes(r.resourceType()) || /icon\.svg/.test(r.url()));

	page.on("requestfailed", (r) => givenUp(r) || seen.requests.push(`failed: ${r.url()} ${r.failure()?.errorText}`));
	page.on("response", (r) => r.status() >= 400 && seen.requests.push(`${r.status()} ${r.url()}`));
	return seen;
}

/* All that is written on the page, also where it is hidden, and what is said instead of a picture. */
function pageText() {
	const attributes = [...document.querySelectorAll("[aria-label], [alt], [value]")]
		.map((e) => `${e.getAttribute("aria-label") ?? ""} ${e.getAttribute("alt") ?? ""} ${e.getAttribute("value") ?? ""}`);
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const words = [];

	while (walk.nextNode())
		words.push(walk.currentNode.data);
	return [...words, ...attributes].join("\n");
}

/* The tables, as rows of cells' own texts: pictures and small print left out. */
function pageTables() {
	const cell = (c) => {
		const copy = c.cloneNode(true);

		for (const e of copy.querySelectorAll("svg, .tag, blockquote, p, .soft"))
			e.remove();
		return copy.textContent.trim();
	};
	return [...document.querySelectorAll("table")].map((t) => ({
		name: t.className,
		body: [...t.querySelectorAll("tbody tr")].map((r) => [...r.cells].map(cell)),
		foot: [...t.querySelectorAll("tfoot tr")].map((r) => [...r.cells].map(cell)),
	}));
}

/* What stands beside each colour of the bar, and in the large figures. */
function pageFigures() {
	return { legend: [...document.querySelectorAll(".legend:not(.steps) li")].map((e) => e.textContent.trim().replace(/\s+/g, " ")),
		figures: [...document.querySelectorAll(".figures b")].map((e) => e.textContent) };
}

/* What is wrong with the numbers of a page. */
function wrongNumbers(page, lang, data, text, tables, figures) {
	const faults = [];
	const on = new Set((text.match(/\d[\d.,]*/g) ?? []).map((w) => w.replace(/[.,]+$/, "")));
	const same = (got, want, what) => {
		if (JSON.stringify(got) !== JSON.stringify(want))
			faults.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
	};

	/* Of a unit without a roster there is nothing to count. */
	for (const [at, n] of data.named === false ? [] : integers(data))
		if (!NOT_SHOWN.has(`${page.name}: ${at}`) && !on.has(written(n, lang)))
			faults.push(`${at} is ${n}, ${written(n, lang)} is not on the page`);
	for (const s of data.named === false ? [] : strings(data, SAID))
		if (!text.includes(s))
			faults.push(`"${s}" is not on the page`);

	if (data.causes && page.name !== "today" && data.nominated > 0 && data.units?.length !== 0) {
		const t = tables.find((one) => one.foot.length);

		same(t.body.map((r) => r.slice(0, 3)), data.causes.map((c) => [c.name, written(c.people, lang), share(c.share, lang)]), "causes");
		same(t.foot[0][1], written(data.nominated, lang), "the total");
		same(t.body.reduce((sum, r) => sum + read(r[1]), 0), data.nominated, "the sum of the rows");
	}
	if (page.name === "today") {
		same(figures.legend, data.causes.map((c) => `${c.name} ${written(c.people, lang)}`), "the legend");
		same(figures.figures, [written(data.nominated, lang), ...data.instruments.map((i) => written(i.answered, lang)),
			...[data.ministries, data.provinces].map((k) => `${written(k.rosters, lang)}/${written(k.units, lang)}`)], "the figures");
	}
	if (page.name === "units") {
		const numbers = (u) => [u.nominated, u.accepted, u.took_part].map((n) => written(n, lang)).concat(share(u.took_part_share, lang),
			written(u.failed, lang), ...u.of_cause === null ? [] : [written(u.of_cause, lang)]);

		same(tables[0].body.map((r) => r.slice(0, -1)), data.units.map((u) => [u.rank === null ? "" : written(u.rank, lang), u.short_name,
			...u.named ? numbers(u) : numbers(u).map(() => "–")]), "units");
		same(tables[0].foot[0].slice(2, -1), numbers(data.total), "together");
	}
	if (page.name === "today")
		same(tables[0].body.map((r) => r.slice(1)), data.changes.lines.map((l) => [l.before, l.came, l.went, l.now].map((n) =>
			written(n, lang))).map(([a, b, c, d], i) => [a, data.changes.lines[i].came ? `+${b}` : b, data.changes.lines[i].went ? `−${c}` : c, d]), "changes");
	if (page.name === "unit" && data.named) {
		const t = tables.filter((one) => one.name === "domains-of")[0];

		same(t.body.map((r) => r.slice(1)), data.domains.map((d) => [d.nominated, d.accepted, d.refused, d.took_part].map((n) => written(n, lang))), "its mail domains");
		same(tables.filter((one) => one.name === "people")[0].body.map((r) => [r[0], r[1], r[2], r[3]]), data.people.map((p) =>
			[p.name, p.email ?? "", p.cause_name, p.grade ?? ""]), "its people");
	}
	if (page.name === "domain" || page.name === "exchanger")
		same(tables.filter((one) => one.name === "behind")[0].body, data.units.map((u) => [u.name, ...[u.nominated, u.accepted, u.refused, u.took_part]
			.map((n) => written(n, lang))]), "units behind it");
	if (page.name === "domains" || page.name === "exchanger")
		same(tables.filter((one) => one.name === "domains")[0].body.map((r) => r.slice(1, 7)), data.domains.map((d) => [written(d.nominated, lang),
			written(d.refused, lang), share(d.refused_share, lang), written(d.took_part, lang), written(d.silent, lang),
			`${written(d.told_spam, lang)} / ${written(d.told, lang)}`]), "domains");
	if (page.name === "people")
		same(tables[0].body.map((r) => [r[0], r[2], r[3], r[4]]), data.people.map((p) => [p.name, p.email ?? "", p.cause_name,
			p.grade ?? ""]), "people");
	if (page.name === "report")
		faults.push(...wrongTables(data, tables, lang));
	if (page.name === "unit" && data.named)
		same(tables[0].body.map((r) => r.slice(0, 3)), data.funnel.map((f) => [f.text, written(f.people, lang),
			`${share(f.share, lang)} %`]), "from roster to answer");
	if (page.name === "users")
		same(tables[0].body.map((r) => r.slice(0, 2)), data.users.map((u) => [u.name, u.unit ? `${u.role_name}, ${u.unit}` : u.role_name]), "accounts");
	if (page.name === "keys")
		same(tables[0].body.map((r) => [r[0], r[2]]), data.keys.map((k) => [k.name, k.unit ?? (lang === "vi" ? "tất cả" : "all")]), "keys");
	if (page.name === "audit")
		same(tables[0].body.map((r) => r.slice(0, 5)), data.rows.map((a) => [String(a.id), a.at_text, a.actor,
			a.action_name, a.about]), "entries of the log");
	if (page.name === "reports")
		same(tables[1].body.map((r) => r.slice(0, 3)), data.rates.map((r) => [r.name, share(r.percent, lang),
			`${written(r.numerator, lang)} / ${written(r.denominator, lang)}`]), "rates");
	return faults;
}

async function look(page, p, lang, width, scheme) {
	const seen = watch(page), faults = [];
	const reply = await page.goto(p.url, { waitUntil: "load" });
	const data = await json(p.api, lang);

	if (reply.status() !== 200)
		faults.push(`status ${reply.status()}`);
	const state = await page.evaluate(() => ({ lang: document.documentElement.lang, title: document.title,
		h1: document.querySelectorAll("h1").length, over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		ids: [...document.querySelectorAll("[id]")].map((e) => e.id), ground: getComputedStyle(document.documentElement).backgroundColor,
		wide: [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 &&
			!e.closest(".scroll, nav, svg")).map((e) => `${e.tagName}.${e.className}`).slice(0, 4) }));
	const text = await page.evaluate(pageText);

	if (state.lang !== lang)
		faults.push(`the language is ${state.lang}`);
	if (!/^.+ – thumoi$/.test(state.title) || state.h1 !== 1)
		faults.push(`title "${state.title}", ${state.h1} h1`);
	if (state.over > 0)
		faults.push(`${state.over} pixels wider than the window: ${state.wide}`);
	if (new Set(state.ids).size !== state.ids.length)
		faults.push("the same id twice");
	if (scheme === "dark" && !/^rgb\((\d|[1-3]\d), /.test(state.ground))
		faults.push(`not dark: ${state.ground}`);
	if (/\{\{|\}\}|\[\[|\]\]|undefined|\(null\)/.test(text))
		faults.push("a mark of the template is on the page");
	faults.push(...wrongNumbers(p, lang, data, text, await page.evaluate(pageTables), await page.evaluate(pageFigures)), ...seen.console, ...seen.requests);
	none(faults, `${p.label} ${lang} ${width} ${scheme}`);
	page.removeAllListeners();
}

async function axe(page, label) {
	await page.evaluate(axeSource);
	const found = await page.evaluate(() => globalThis.axe.run(document, { preload: false, resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));

	none(found.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) =>
		`${v.impact} ${v.id}: ${v.help}: ${v.nodes.length} times: ${v.nodes[0].html} ${v.nodes[0].any[0]?.message ?? ""}`), `axe: ${label}`);
}

/* Any two of language, width and colours meet in one of these. */
const LOOKS = [["vi", "desktop", "light"], ["en", "phone", "dark"], ["vi", "phone", "light"], ["en", "desktop", "dark"]];

async function walkOnce(list, lang, width, scheme) {
	const context = await fresh({ locale: lang === "vi" ? "vi-VN" : "en-GB", colorScheme: scheme,
		viewport: { width: WIDTHS[width], height: 900 } });
	const page = await context.newPage();

	for (const p of list) {
		/* People look alike: in each language once. */
		if (p.cause && (lang === "vi") !== (width === "desktop"))
			continue;
		await look(page, p, lang, width, scheme);
		await axe(page, `${p.label} ${lang} ${width} ${scheme}`);
		await page.screenshot({ path: `${shots}/${p.file}-${lang}-${width}-${scheme}.png`, fullPage: true });
	}
	await context.close();
}

/* Two at a time: most of it is waiting for the browser. */
async function walkAll(list) {
	for (let i = 0; i < LOOKS.length; i += 2)
		await Promise.all(LOOKS.slice(i, i + 2).map((one) => walkOnce(list, ...one)));
}

/* --- the same numbers as the command line */

function table(file) {
	const [head, ...rows] = fs.readFileSync(file, "utf8").replace(/^\ufeff/, "").split(/\r?\n/).filter(Boolean)
		.map((line) => [...line.matchAll(/("((?:[^"]|"")*)"|[^,]*)(,|$)/g)].map((m) => m[2]?.replaceAll('""', '"') ?? m[1]));
	return rows.map((r) => Object.fromEntries(head.map((name, i) => [name, r[i]])));
}

async function sameAsCommands() {
	const today = await api(`/${KEY}`, "en"), { units } = await api(`/${KEY}/units`, "en");
	const faults = [], all = [...units, { ...today, code: "TOTAL" }];
	const lines = table(`${reports}/participation.csv`), causes = table(`${reports}/causes.csv`);

	for (const u of all) {
		const line = lines.find((l) => l.unit === u.code);
		const want = [u.nominated, u.mailable, u.invited, u.accepted, ...u.instruments.map((i) => i.answered), u.took_part,
			...u.instruments.map((i) => i.missing)];
		const got = ["nominated", "mailable", "invited", "accepted", ...u.instruments.map((i) => i.key), "took_part",
			...u.instruments.map((i) => `no_${i.key}`)].map((name) => Number(line?.[name]));

		if (JSON.stringify(got) !== JSON.stringify(want) || (u.class && u.class !== line.class))
			faults.push(`${u.code}: ${got} instead of ${want}`);
	}
	none(faults, `${all.length} lines of report participation`);
	faults.length = 0;
	for (const u of all) {
		const by = {};

		for (const l of causes.filter((one) => one.unit === u.code))
			by[l.cause] = (by[l.cause] ?? 0) + Number(l.people);
		const want = Object.fromEntries(u.causes.map((c) => [c.key, c.people]));

		for (const c of new Set([...Object.keys(by), ...Object.keys(want)]))
			if (by[c] !== want[c])
				faults.push(`${u.code} ${c}: ${by[c]} instead of ${want[c]}`);
		if (u.causes.reduce((n, c) => n + c.people, 0) !== u.nominated)
			faults.push(`${u.code} does not add up`);
	}
	none(faults, `${causes.length} lines of report causes`);
	for (const name of ["participation.csv", "causes.csv"]) {
		const text = await (await fetch(`${desk}/c/${KEY}/reports/${name}?lang=en`, { headers })).text();

		fs.writeFileSync(`${shots}/${name}`, text);
		told(JSON.stringify(table(`${shots}/${name}`)) === JSON.stringify(table(`${reports}/${name}`)), `${name} to take away is that of the command line`);
	}
}

/* --- the keyboard */

const focused = () => {
	const e = document.activeElement, s = getComputedStyle(e);

	return { what: e === document.body ? "body" : e.className && typeof e.className === "string" && !e.matches("a[href], button, select") ?
		`.${e.className}` : e.name ? `${e.tagName}[${e.name}]` : e.getAttribute("href") ?? (e.tagName === "SUMMARY" ? "summary" : e.tagName), main: !!e.closest("main"),
		seen: e === document.body || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || e.classList.contains("skip") };
};

async function keyboard(browser) {
	const context = await fresh({ locale: "vi-VN", viewport: { width: 1280, height: 900 } });
	const page = await context.newPage();

	for (const [at, wanted] of [["/units", ["SELECT[kind]", "SELECT[class]", "SELECT[area]", "SELECT[cause]", "BUTTON", ".scroll", `/c/${KEY}/units?sort=-took_part`]],
		["/people", ["INPUT[who]", "SELECT[unit]", "SELECT[cause]", "BUTTON", ".scroll"]], ["/domains", [".scroll"]],
		["/units/T79/letters/fix", ["INPUT[number]", "INPUT[reply_by]", "BUTTON", ".letter-mail"]],
		["/reports", [".scroll"]], ["/waves", ["summary", ".scroll"]],
		["/waves/reminder", ["/c/desk/waves/reminder/preview", "BUTTON"]], ["/waves/invitation", ["/c/desk/waves/invitation/preview", ".scroll"]],
		["/waves/reminder/preview", ["INPUT[sure]", "BUTTON", "summary", ".scroll"]], ["/units/T92", [".scroll"]]]) {
		await page.goto(`${desk}/c/${KEY}${at}`);
		const stops = [];

		for (let i = 0; i < 400; i++) {
			await page.keyboard.press("Tab");
			const f = await page.evaluate(focused);

			if (f.what === "body" || (i > 0 && f.what === "#main"))
				break;
			stops.push(f);
		}
		const names = stops.map((f) => f.what), nav = ["", "/actions", "/units", "/domains", "/people", "/rosters", "/inbound", "/waves", "/reports"].map((x) => `/c/${KEY}${x}`);
		const faults = [...nav, ...wanted].filter((w) => !names.includes(w)).map((w) => `Tab does not reach ${w}`);

		if (names[0] !== "#main")
			faults.push(`the first stop is ${names[0]}`);
		if (nav.some((n, i) => i > 0 && names.indexOf(n) !== names.indexOf(nav[i - 1]) + 1))
			faults.push("the pages are not in order");
		faults.push(...stops.filter((f) => !f.seen).map((f) => `one does not see that ${f.what} has the focus`));
		none(faults, `keyboard: ${at}, ${stops.length} stops`);
	}
	await page.goto(`${desk}/c/${KEY}/units`);
	await page.keyboard.press("Tab");
	const skip = await page.evaluate(() => { const r = document.activeElement.getBoundingClientRect(); return r.left >= 0 && r.top >= 0; });
	await page.keyboard.press("Enter");
	await page.keyboard.press("Tab");
	told(skip && (await page.evaluate(focused)).main, "keyboard: the skip link shows itself, and leads past the navigation");
	await context.close();
}

/* --- without JavaScript; forms and links */

async function plain(browser, list) {
	const common = { locale: "vi-VN", viewport: { width: 1280, height: 900 } };
	const context = await fresh({ ...common, javaScriptEnabled: false }), page = await context.newPage();
	const other = await (await fresh(common)).newPage();
	const faults = [];

	for (const p of list) {
		await page.goto(p.url);
		await other.goto(p.url);
		if (await page.locator("main").textContent() !== await other.locator("main").textContent())
			faults.push(`${p.at} says something else`);
	}
	none(faults, `without JavaScript ${list.length} pages are the same`);
	await page.goto(`${desk}/c/${KEY}/units`);
	await page.locator("select[name=kind]").selectOption("ministry");
	await page.locator("form.filter button").click();
	told(page.url().includes("kind=ministry") && await page.locator("tbody tr").count() === 19, "... the filter of units works");
	const { people: [who] } = await api(`/${KEY}/people?cause=answered`, "vi");
	await page.goto(`${desk}/c/${KEY}/people`);
	await page.locator("#who").fill(who.email);
	await page.locator("form.search button").click();
	told(await page.locator("tbody tr").count() === 1 && (await page.locator("tbody").textContent()).includes(who.name), "... the search finds a person by address");
	told(page.url() === `${desk}/c/${KEY}/people`, "... and the address is in no URL");
	await page.locator("#who").fill('"><script>alert(1)</script>');
	await page.locator("form.search button").click();
	told(await page.locator("#who").inputValue() === '"><script>alert(1)</script>', "... odd characters come back as they were");
	await page.goto(`${desk}/c/${KEY}/people?unit=T92&page=1`);
	await page.locator(".tools a[hreflang=en]").click();
	told(await page.locator("html").getAttribute("lang") === "en", "the other language is one click away");
	told(await page.locator("select[name=unit]").inputValue() === "T92", "... on the same list");
	await page.locator("nav a").nth(2).click();
	told(await page.locator("html").getAttribute("lang") === "en", "... and stays on the next page");
	const { people: all, found } = await api(`/${KEY}/people`, "vi");
	await page.goto(`${desk}/c/${KEY}/people`);
	let n = await page.locator("tbody tr").count();
	while (await page.locator("a[rel=next]").count()) {
		await page.locator("a[rel=next]").click();
		n += await page.locator("tbody tr").count();
	}
	told(n === found && all.length === 50, `... from page to page there are ${found} people`);
	await page.goto(`${desk}/c/${KEY}/units/T79/letters/fix`);
	await page.locator(".letter-form input[name=number]").fill("4712/BNV-CCHC");
	await page.locator("form.letter-form button").click();
	const paper = await page.locator("dd a").last().getAttribute("href");
	told((await (await fetch(desk + paper, { headers })).text()).includes("4712/BNV-CCHC"), "a letter: its number stands on the paper");
	await page.locator(".letter form[method=post] button").click();
	told(await page.locator(".banner.good").count() === 1 && await page.locator(".letter form[method=post] button").count() === 0,
		"... it is sent, once a day");
	const letter = await api(`/${KEY}/units/T79/letters/fix`, "vi");
	told(letter.before && letter.letters.length === 1 && letter.letters[0].number === "4712/BNV-CCHC" &&
		letter.letters[0].email === letter.addressee.email, "... to the focal point of the unit");
	for (const at of [`/c/${KEY}/units/T00`, `/c/${KEY}/people/999999999`, "/c/nothing", `/c/${KEY}/nothing`]) {
		const reply = await page.goto(desk + at);

		if (reply.status() !== 404 || !(await page.title()))
			told(false, `${at} is not found, and says so`);
	}
	await other.context().close();
	await context.close();
}

/* --- the second factor, by an app that is not ours: the same account, from switching it on to switching it off */

function appCode(secret, steps) {
	const bits = [...secret.replace(/ /g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);

	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
	const mac = createHmac("sha1", key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

async function logIn(page, name, password) {
	await page.goto(`${desk}/login?next=/account`);
	await page.locator("#name").fill(name);
	await page.locator("#password").fill(password);
	await page.locator("main button").click();
}

async function secondFactor(browser) {
	const { name } = await json("/account", "vi"), password = fs.readFileSync(`${reports}/password`, "utf8");
	const context = await fresh({ locale: "vi-VN", viewport: { width: 1280, height: 900 } }), page = await context.newPage();
	const seen = watch(page);

	await page.goto(`${desk}/account`);
	await page.locator("form:has([value=begin]) button").click();
	const secret = await page.locator(".scan code").textContent();
	told(await page.locator("svg.qr").isVisible() && /^([A-Z2-7]{4} ?){8}$/.test(secret), "second factor: a secret to type, and to scan");
	await axe(page, "/account, a secret");
	await page.screenshot({ path: `${shots}/account-secret.png`, fullPage: true });
	await page.locator("#code").fill(appCode(secret, 0));
	await page.locator("form:has([value=confirm]) button").click();
	const codes = await page.locator(".codes li").allTextContents();
	told(codes.length === 10 && new Set(codes).size === 10, "... a code of the app confirms it, and there are ten recovery codes");
	await axe(page, "/account, recovery codes");
	await page.screenshot({ path: `${shots}/account-codes.png`, fullPage: true });
	await page.emulateMedia({ media: "print" });
	told(await page.locator(".codes li").first().isVisible(), "... which can be printed");
	await page.pdf({ path: `${shots}/account-codes.pdf`, preferCSSPageSize: true, printBackground: true });
	await page.emulateMedia({ media: "screen" });
	none([...seen.console, ...seen.requests], "... without a word on the console, and nothing leaves the desk");

	const stranger = await browser.newContext({ locale: "vi-VN", javaScriptEnabled: false, viewport: { width: 390, height: 900 }, colorScheme: "dark" });
	const door = await stranger.newPage();
	await logIn(door, name, password);
	told(door.url() === `${desk}/login/code?next=%2Faccount`, "... without JavaScript: after the password the second step");
	await door.screenshot({ path: `${shots}/login-code.png`, fullPage: true });
	await door.locator("#code").fill("000000000");
	await door.locator("main button").click();
	told(await door.locator("[role=alert]").count() === 1, "... a wrong code is told");
	await door.locator("#code").fill(codes[0].trim());
	await door.locator("main button").click();
	told(door.url() === `${desk}/account`, "... a recovery code lets in");
	await stranger.clearCookies();
	await logIn(door, name, password);
	await door.locator("#code").fill(appCode(secret, 1));
	await door.locator("main button").click();
	told(door.url() === `${desk}/account`, "... and a code of the app does");
	const mine = await door.locator("tbody tr").count();
	await door.locator("form:has([value=end]) button").first().click();
	told(await door.locator("tbody tr").count() === mine - 1, "... one of the sessions is ended by a click");
	await stranger.close();

	if ((await page.goto(`${desk}/account`)).url() !== `${desk}/account`)
		told(false, "... the session that it was set up in goes on");
	await page.locator("summary").last().click();
	await page.locator("form:has([value=off]) input[type=password]").fill(password);
	await page.locator("form:has([value=off]) button").click();
	told((await json("/account", "vi")).second_factor === false, "... and with the password it is off again");
	await context.close();
}

/* --- an account and a key, made and ended by their pages */

async function accounts(browser) {
	const context = await fresh({ locale: "en-GB", javaScriptEnabled: false, viewport: { width: 1280, height: 900 } }), page = await context.newPage();

	await page.goto(`${desk}/users`);
	await page.locator("main .fields [name=name]").fill("walker");
	await page.locator("main [name=role]").selectOption("viewer");
	await page.locator("main [name=password]").fill("a sentence for the walk");
	await page.locator("main .fields button").click();
	told(await page.locator(".banner.good").count() === 1 && (await page.locator("tbody").textContent()).includes("walker"), "an account is made");
	await page.locator("tbody a", { hasText: "walker" }).click();
	await page.locator("form:has([value=disable]) button").click();
	told(await page.locator("h1 .tag").count() === 1, "... and disabled");
	await page.goto(`${desk}/keys`);
	await page.locator("main .fields [name=name]").fill("walker");
	await page.locator("main [name=scope_counts]").check();
	await page.locator("main .fields button").click();
	const key = await page.locator(".codes code.big").textContent();
	const asked = (rest) => fetch(`${desk}/api/v1${rest}`, { headers: { Authorization: `Bearer ${key}` } }).then((r) => r.status);
	told(await asked(`/campaigns/${KEY}`) === 200 && await asked(`/campaigns/${KEY}/people`) === 403, "a key is made, and opens what its scope says");
	await page.screenshot({ path: `${shots}/keys-made.png`, fullPage: true });
	await page.locator("tr", { hasText: "walker" }).locator("button").click();
	told(await asked(`/campaigns/${KEY}`) === 401, "... and revoked");
	await page.goto(`${desk}/audit`);
	await page.locator("select[name=what]").selectOption("apikey revoke");
	await page.locator("form.filter button").click();
	told((await page.locator("tbody tr").first().textContent()).includes("key=walker"), "... and stands in the log");
	await page.locator(".verdict button").click();
	told(await page.locator(".banner.good").count() === 1, "... which is whole");
	await context.close();
}

/* --- every link leads somewhere */

async function links(browser, list) {
	const context = await fresh({}), page = await context.newPage();
	const urls = new Set(), faults = [];

	for (const p of list) {
		await page.goto(p.url);
		for (const u of await page.evaluate(() => [...document.querySelectorAll("a[href]")].map((a) => new URL(a.getAttribute("href"), location).href)))
			if (!u.startsWith(desk + "/")) {
				if (!/^(mailto|tel):/.test(u))
					faults.push(`${p.at} leads to ${u}`);
			} else {
				urls.add(u.replace(/#.*/, ""));
			}
	}
	for (const u of urls) {
		const reply = await fetch(u, { headers });

		await reply.arrayBuffer();
		if (reply.status !== 200)
			faults.push(`${u.slice(desk.length)}: ${reply.status}`);
	}
	none(faults, `${urls.size} links lead somewhere`);
	await context.close();
}

/* --- paper */

async function print(browser, list) {
	const context = await fresh({ locale: "vi-VN", colorScheme: "dark", viewport: { width: 1280, height: 900 } });
	const page = await context.newPage();
	const faults = [];

	for (const p of [...list.filter((one) => !one.cause), { at: "/reports/report.html", url: `${desk}/c/${KEY}/reports/report.html`, file: "report" }]) {
		await page.goto(p.url);
		await page.emulateMedia({ media: "print" });
		if (await page.locator("nav, form, .tools").filter({ visible: true }).count())
			faults.push(`${p.at}: what is only for the screen is printed`);
		const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
		if (!["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(paper))
			faults.push(`${p.at}: paper is ${paper}`);
		const pdf = await page.pdf({ path: `${shots}/${p.file}.pdf`, preferCSSPageSize: true, printBackground: true });

		if (pdf.subarray(0, 5).toString() !== "%PDF-" || pdf.length < 5000)
			faults.push(`${p.at}: no PDF`);
		await page.emulateMedia({ media: "screen" });
	}
	none(faults, "on paper: a PDF of each page, white, without navigation");
	await context.close();
}

/* --- the HTML: whether it is written by the letter of the standard; left for tidy, which sees what stands in what */

async function markup(list) {
	const faults = [];

	fs.mkdirSync(`${shots}/html`, { recursive: true });
	for (const p of list)
		for (const lang of ["vi", "en"]) {
			const text = await (await fetch(p.url + (p.at.includes("?") ? "&" : "?") + `lang=${lang}`, { headers })).text();

			fs.writeFileSync(`${shots}/html/${p.file}-${lang}.html`, text);
			parse5.parse(text, { sourceCodeLocationInfo: true, onParseError: (e) => faults.push(`${p.at} ${lang}: ${e.code} in line ${e.startLine}`) });
		}
	none(faults, `${list.length * 2} pages are HTML without a parse error`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-dev-shm-usage"] });

async function fresh(options) {
	const context = await browser.newContext(options);

	await context.addCookies(jar);
	return context;
}
try {
	const list = await pages();

	await sameAsCommands();
	await markup(list);
	await walkAll(list);
	await keyboard(browser);
	await plain(browser, list);
	await secondFactor(browser);
	await accounts(browser);
	await links(browser, list.filter((p) => !p.cause));
	await print(browser, list);
} catch (e) {
	told(false, "the walk came to its end", [e.stack]);
}
await browser.close();
process.exitCode = bad ? 1 : 0;
