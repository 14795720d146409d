/*
 * desk-waves.mjs - a wave from its form to its end, by clicks in a real browser.
 *
 * usage: node desk-waves.mjs MODULES DESK SHOTS AUDIENCE PEOPLE HEADER
 *
 * AUDIENCE is whom the wave is for, PEOPLE how many that are by the command
 * line. Prints "ok LABEL" and "not ok LABEL"; last "accepted N", as the page
 * says it, for who compares it with the store and the relay.
 */
import { createRequire } from "node:module";
import path from "node:path";

const [modules, desk, shots, audience, people, header] = process.argv.slice(2);
const { chromium } = createRequire(path.resolve(modules) + "/")("playwright-core");
const [name, value] = header.replace("Cookie: ", "").split("=");
const waves = `${desk}/c/desk/waves`;
let bad = 0;

function told(good, label, why = "") {
	console.log(`${good ? "ok" : "not ok"} ${label}`);
	if (!good && ++bad)
		console.log(`# ${String(why).replace(/\s+/g, " ").slice(0, 300)}`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-dev-shm-usage"] });

async function fresh(options) {
	const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 1280, height: 900 }, ...options });

	await context.addCookies([{ name, value, url: desk }]);
	return context.newPage();
}

const api = async (rest) => (await fetch(`${desk}/api/v1/campaigns/desk${rest}`, { headers: { Cookie: `${name}=${value}` } })).json();
const shot = (page, file) => page.screenshot({ path: `${shots}/${file}.png`, fullPage: true });
const number = (text) => Number((text ?? "").replace(/[.,]/g, ""));

async function make(page) {
	await page.goto(waves);
	await page.locator("details.send summary").click();
	await page.locator("input[name=name]").fill("by-hand");
	await page.locator("select[name=template]").selectOption("invitation");
	await page.locator("input[name=audience]").fill("unit=T00");
	await page.locator("details.send button").click();
	told((await page.locator("#f-audience").textContent()).includes("T00") && await page.locator("input[name=name]").inputValue() === "by-hand",
		"an audience that is wrong is told beside it, and the rest of the form stays");
	await shot(page, "wave-form-fault");
	await page.locator("input[name=audience]").fill(audience);
	await page.locator("details.send button").click();
	told(page.url().startsWith(`${waves}/by-hand`) && (await page.locator("h1").textContent()) === "by-hand", "the wave is made, and shown", page.url());
	told((await api("/waves/by-hand")).messages === 0, "nothing goes out of it");
}

async function start(page) {
	const seen = [];

	page.on("console", (m) => m.type() !== "log" && seen.push(m.text()));
	page.on("request", (r) => r.url().startsWith(`${desk}/`) || seen.push(`left the desk: ${r.url()}`));
	await page.locator("a.button").click();
	const text = await page.locator("form.start button").textContent();
	told(number(text.match(/[\d.]+/)?.[0]) === Number(people), `the preview counts ${people} people, as the command line does`, text);
	const frame = page.frameLocator("iframe").first();
	told(await frame.locator("body").innerText().then((t) => t.length > 100, () => false), "the mail is shown in its frame");
	told(await page.locator("iframe").first().evaluate((e) => { try { return e.contentDocument === null; } catch { return true; } }),
		"... and the page cannot reach into it, nor it out");
	await shot(page, "wave-preview");
	await page.locator("form.start button").click();
	told(page.url().endsWith("/preview") && (await api("/waves/by-hand")).messages === 0, "without the tick nothing is started");
	const form = await page.locator("form.start").evaluate((f) => new URLSearchParams(new FormData(f)).toString());
	await page.locator("input[name=sure]").check();
	await page.locator("form.start button").click();
	told(page.url().includes("/waves/by-hand?said=started") && await page.locator("[data-live]").count() === 1, "it is started", page.url());
	const again = await fetch(`${waves}/by-hand`, { method: "POST", body: `${form}&sure=yes`, redirect: "manual",
		headers: { Cookie: `${name}=${value}`, "Content-Type": "application/x-www-form-urlencoded" } });
	told(again.status === 409, "the same form sent once more starts nothing", again.status);
	told(seen.length === 0, "no word on the console, and nothing leaves the desk", seen);
}

/* Waits until so many have ended, as the page says it without being loaded again. */
async function until(page, n, ms) {
	return page.waitForFunction((least) => Number(document.querySelector("[id^=wave-] p.soft b")?.textContent.replace(/[.,]/g, "")) >= least,
		n, { timeout: ms, polling: 100 }).then(() => true, () => false);
}

async function watch(page, plain) {
	const asked = [];

	page.on("request", (r) => asked.push(r));
	await page.reload();
	await page.evaluate(() => { window.mark = "the same page"; });
	told(await until(page, 3, 20000), "the figures move by themselves");
	told(await page.evaluate(() => window.mark) === "the same page", "... in the same page");
	told(asked.some((r) => r.resourceType() === "eventsource") && !asked.some((r) => r.url().includes("live=1")), "... told by events, not asked for",
		asked.map((r) => r.url()));
	await shot(page, "wave-running");
	const refused = await fresh({}), looked = [];
	await refused.route("**/events", (route) => route.fulfill({ status: 503, headers: { "Retry-After": "10" }, body: "" }));
	refused.on("request", (r) => r.url().includes("live=1") && looked.push(r.url()));
	await refused.goto(`${waves}/by-hand`);
	const at = number(await refused.locator("[id^=wave-] p.soft b").first().textContent());
	told(await until(refused, at + 1, 9000) && looked.length > 0, "a page that gets no events looks by itself", looked.length);
	await refused.context().close();
	await plain.goto(`${waves}/by-hand`);
	told(await plain.locator("noscript meta[http-equiv=refresh]").count() === 1 ||
		(await plain.content()).includes('http-equiv="refresh" content="5; url=?live=1"'), "without JavaScript the page loads itself again");
}

async function pause(page) {
	await page.locator("form:has(input[value=pause]) button").click();
	told((await page.locator(".tag.state-paused").count()) === 1, "it is paused");
	await page.waitForTimeout(2500);	// what was on the wire comes to its end
	const before = await api("/waves/by-hand");
	await page.waitForTimeout(2500);
	const after = await api("/waves/by-hand");
	told(before.ended === after.ended && after.ended < after.messages && after.state === "paused", "nothing more goes out", `${before.ended} ${after.ended}`);
	await page.reload();
	told(await page.locator("[data-live]").count() === 0, "a page of a paused wave stands still");
	await shot(page, "wave-paused");
	await page.locator("details.sure summary").click();
	told((await page.locator("details.sure b").textContent()) === String(after.open), "before it goes on the page says how many will be sent");
	await page.locator("details.sure button").click();
	told((await page.locator(".tag.state-running").count()) === 1, "it goes on");
}

async function finish(page) {
	await page.evaluate(() => { window.mark = "the same page"; });
	told(await page.waitForSelector(".tag.state-done", { timeout: 60000 }).then(() => true, () => false), "the page says by itself that it is over");
	told(await page.evaluate(() => window.mark) === "the same page" && await page.locator("[data-live]").count() === 0, "... and stands still now");
	const data = await api("/waves/by-hand");
	const cells = await page.locator("section[aria-labelledby=h-states] tbody td.n").allTextContents();
	told(JSON.stringify(cells.map(number)) === JSON.stringify([data.planned, data.sending, data.accepted, data.deferred, data.refused, data.uncertain,
		data.expired, data.cancelled]), "its figures are those of the API", cells);
	told(data.messages === Number(people), `${people} messages, as was said before`, data.messages);
	const log = (await page.locator("section[aria-labelledby=h-log] tbody").textContent()).replace(/\s+/g, " ");
	told(["bắt đầu: lập", "người vận hành tạm dừng", "cho chạy lại"].every((w) => log.includes(w)), "the log tells it", log);
	await shot(page, "wave-done");
	console.log(`accepted ${data.accepted}`);
}

try {
	const page = await fresh({}), plain = await fresh({ javaScriptEnabled: false });

	await make(page);
	await start(page);
	await watch(page, plain);
	await pause(page);
	await finish(page);
} catch (e) {
	told(false, "the walk came to its end", e.stack);
}
await browser.close();
process.exitCode = bad ? 1 : 0;
