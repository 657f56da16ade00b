package main

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"example.org/weft/web"
)

// patience bounds the wait for what a page is to show: a hang is a failure.
const patience = 90 * time.Second

// openBrowser starts headless Chromium; the tabs of a test share it.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	if !web.Built() {
		t.Skip("the dashboard is not in this binary: make web builds it, with npm")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium: scripts/need chromium installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return browser
}

// A tab is a page of the dashboard. What its scripts throw or complain of is an
// error of the test.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex // guards the following field
	outage bool       // the server is down on purpose: failing requests are no complaint
}

func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			p.complain(m)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return p
}

func (p *tab) complain(m chromedp.ConsoleMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.outage && m.Source == "network" {
		return
	}
	switch m.Type {
	case chromedp.ConsoleError, chromedp.ConsoleWarning, chromedp.ConsoleException:
		p.t.Errorf("the page says at %s:%d: %s: %s", m.URL, m.Line, m.Type, m.Text)
	}
}

// expectOutage says whether requests may fail from now on.
func (p *tab) expectOutage(expected bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage = expected
}

func (p *tab) open(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// press sends a key; package kb names them.
func (p *tab) press(key string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key))
}

// click presses the element that the expression gives, as soon as there is one.
func (p *tab) click(element string) {
	p.t.Helper()
	p.until("(e => e && !e.disabled)(" + element + ")")
	evaluate[any](p, "void ("+element+").click()")
}

// until returns once the JavaScript expression is true. It is looked at again
// whenever the document changes.
func (p *tab) until(condition string) {
	p.t.Helper()
	const wait = `new Promise((resolve, reject) => {
		const look = () => {
			try {
				if (!(%s)) return;
				resolve(true);
			} catch (err) { reject(err); }
			watch.disconnect();
		};
		const watch = new MutationObserver(look);
		watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
		look();
	})`
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(wait, condition), chromedp.EvalAwaitPromise))
	if err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		p.t.Fatalf("the page does not come to %s: %v; it shows\n%s", condition, err, text)
	}
}

// shows waits until the element of a selector contains each of the texts.
func (p *tab) shows(selector string, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.textContent.includes(%q))", selector, text))
	}
}

func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("cannot evaluate %s: %v", expression, err)
	}
	return value
}

// dark makes the page believe that the system prefers dark colours, or light ones.
func (p *tab) dark(is bool) {
	p.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[is]
	params := emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatal(err)
	}
}

// withText is an expression for the first element of a selector that has a text.
func withText(selector, text string) string {
	return fmt.Sprintf("[...document.querySelectorAll(%q)].find(e => e.textContent.trim() === %q)", selector, text)
}
