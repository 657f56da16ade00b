package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pixels counts the points of a canvas that have a colour of the style sheet.
const pixels = `((selector, name) => {
	const canvas = document.querySelector(selector);
	const style = getComputedStyle(canvas).getPropertyValue('--' + name).trim();
	const want = [1, 3, 5].map((i) => parseInt(style.slice(i, i + 2), 16));
	const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
	copy.drawImage(canvas, 0, 0);
	const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
	let n = 0;
	for (let i = 0; i < data.length; i += 4) {
		if (want.every((v, k) => Math.abs(data[i + k] - v) < 3) && data[i + 3] === 255) n++;
	}
	return n;
})`

// painted waits until a canvas shows at least so many points of a colour.
func painted(p *tab, canvas, colour string, least int) {
	p.t.Helper()
	const frames = `(async () => {
		for (;;) {
			const n = ` + pixels + `(%q, %q);
			if (n >= %d) return n;
			await new Promise(requestAnimationFrame);
		}
	})()`
	evaluate[int](p, fmt.Sprintf(frames, canvas, colour, least))
}

func testTimeline(t *testing.T, browser context.Context, c *client) {
	run, _ := fail(t, c, "barred", "exit")
	p := openTab(t, browser)
	p.open(c.base + "/runs/" + string(run.ID) + "?tab=timeline")
	p.until("document.querySelector('.timeline canvas')?.ariaLabel.includes('bars')")
	painted(p, ".timeline canvas", "failed", 4) // two attempts of one task
	painted(p, ".timeline canvas", "hue-0", 4)
	painted(p, ".graph canvas", "failed", 50)
	painted(p, ".graph canvas", "succeeded", 50)
}

func testKeys(t *testing.T, browser context.Context, c *client) {
	run, _ := fail(t, c, "typed", "exit")
	p := openTab(t, browser)
	p.open(c.base + "/runs/" + string(run.ID))
	p.shows("table.tasks button", "step[0]")
	p.press(kb.Tab)
	p.until("document.activeElement.textContent === 'Skip to the content'")
	p.do(chromedp.Focus("#tab-tasks"))
	p.press(kb.ArrowRight)
	p.until("document.activeElement.id === 'tab-timeline' && document.activeElement.ariaSelected === 'true'")
	p.press(kb.ArrowLeft)
	p.until("document.activeElement.id === 'tab-tasks'")
	p.do(chromedp.Focus("table.tasks button"))
	p.press(kb.Enter)
	p.shows(".panel h2", "step[0]")
	p.press(kb.Escape)
	p.until("document.querySelector('.panel') === null && document.activeElement.textContent === 'step[0]'")
	p.do(chromedp.Focus(".graph canvas"))
	p.press(kb.ArrowRight)
	p.press(kb.ArrowRight)
	p.press(kb.Enter)
	p.until("document.querySelector('.filters select').value === 'step'")
}

func testAccessible(t *testing.T, browser context.Context, c *client) {
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed: make web")
	}
	run, _ := fail(t, c, "judged", "exit")
	at := c.base + "/runs/" + string(run.ID)
	p := openTab(t, browser)
	for _, page := range []struct{ url, ready string }{
		{c.base + "/runs", "table.runs a"},
		{c.base + "/nodes", ".node"},
		{at + "?task=step%5B1%5D", ".panel .log"},
		{at + "?tab=timeline", ".timeline canvas"},
		{at + "?tab=ledger", ".ledger td"},
		{at + "?tab=values", ".values"},
	} {
		for _, dark := range []bool{false, true} {
			p.dark(dark)
			p.open(page.url)
			p.until("document.querySelector('" + page.ready + "')")
			evaluate[any](p, string(axe)+"; void 0")
			faults := evaluate[[]string](p, `axe.run(document, { resultTypes: ["violations"] }).then((r) =>
				r.violations.flatMap((v) => v.nodes.map((n) => v.id + " at " + n.target + ": " + n.failureSummary)))`)
			for _, fault := range faults {
				t.Errorf("%s, dark %v: %s", page.url, dark, fault)
			}
		}
	}
}
