/*
 * What moves is told by the server (EventSource), else fetched again; without
 * this the page is the same, and loads itself again while a wave is under way.
 */
"use strict";
(function () {
	var source = null, timer = 0;

	function moving() {
		return document.querySelectorAll("[data-live]");
	}

	function stop() {
		if (source)
			source.close();
		source = null;
		clearInterval(timer);
		timer = 0;
	}

	function put(part, html) {
		if (part.told !== html)
			part.innerHTML = html;
		part.told = html;
	}

	/* The page as it is now: what moved, and what came of it. It asks as one that only looks on. */
	function again() {
		var url = new URL(location.href);

		url.hash = "";
		url.searchParams.set("live", "1");
		fetch(url, { credentials: "same-origin", headers: { "Accept-Language": document.documentElement.lang } })
			.then(function (r) { return r.ok ? r.text() : null; })
			.then(function (text) {
				var page = text && new DOMParser().parseFromString(text, "text/html");

				if (!page)
					return;
				document.querySelectorAll("[data-live], [data-fresh]").forEach(function (part) {
					var now = page.getElementById(part.id);

					if (now)
						put(part, now.innerHTML);
					/* A page that does not have it asks to log in. */
					if (!now || !now.hasAttribute("data-live"))
						part.removeAttribute("data-live");
				});
				if (!moving().length)
					stop();
			})
			.catch(function () { /* the next look may work */ });
	}

	function look() {
		stop();
		timer = setInterval(function () {
			if (!document.hidden)
				again();
		}, 3000);
	}

	function listen() {
		source = new EventSource(location.pathname.split("/").slice(0, 3).join("/") + "/events");
		source.addEventListener("waves", function (event) {
			var told = {}, ended = false;

			JSON.parse(event.data).waves.forEach(function (wave) { told[wave.id] = wave.html; });
			moving().forEach(function (part) {
				var html = told[part.getAttribute("data-live")];

				if (html === undefined)
					ended = true;
				else
					put(part, html);
			});
			if (ended)
				again();
		});
		/* Closed for good: there are too many, or the session has ended. One that only broke is taken up again by itself. */
		source.addEventListener("error", function () {
			if (source && source.readyState === 2)
				look();
		});
	}

	function begin() {
		if (!moving().length)
			return;
		if (window.EventSource)
			listen();
		else
			look();
	}

	if (!window.fetch || !window.DOMParser || !moving().length)
		return;
	document.addEventListener("visibilitychange", function () {
		stop();
		if (!document.hidden)
			begin();
	});
	begin();
}());
