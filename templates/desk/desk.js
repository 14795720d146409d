/* What moves by itself is fetched again; without this the page is the same, one reloads it by hand. */
"use strict";
(function () {
	var live = document.querySelector("[data-live]");

	if (!live || !window.fetch || !window.DOMParser)
		return;
	function again() {
		if (document.hidden)
			return;
		fetch(location.href, { credentials: "same-origin", headers: { "Accept-Language": document.documentElement.lang } })
			.then(function (r) { return r.ok ? r.text() : null; })
			.then(function (text) {
				var page = text && new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");

				if (page)
					live.innerHTML = page.innerHTML;
				else if (text)
					clearInterval(timer);
			})
			.catch(function () { /* the next look may work */ });
	}
	var timer = setInterval(again, 3000);
}());
