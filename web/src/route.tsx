import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

/** Where the page is: everything that a person chose stands in the address. */
export const place = signal(new URL(location.href));

window.addEventListener("popstate", () => {
  place.value = new URL(location.href);
});

export function go(to: string): void {
  history.pushState(null, "", to);
  place.value = new URL(location.href);
  if (new URL(to, location.href).hash === "") {
    window.scrollTo(0, 0);
  }
}

/** choose changes parameters of the address and stays where it is; "" takes one away. */
export function choose(changes: Record<string, string>, replace = false): void {
  const url = new URL(place.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") {
      url.searchParams.delete(name);
    } else {
      url.searchParams.set(name, value);
    }
  }
  if (url.href === place.value.href) {
    return;
  }
  history[replace ? "replaceState" : "pushState"](null, "", url);
  place.value = url;
}

/** chosen returns a parameter of the address; "" when there is none. */
export function chosen(name: string): string {
  return place.value.searchParams.get(name) ?? "";
}

interface LinkProps { href: string; class?: string; current?: boolean; children: ComponentChildren }

/** Link goes to another page without loading it. */
export function Link({ href, class: className, current, children }: LinkProps) {
  return (
    <a
      href={href}
      class={className}
      aria-current={current ? "page" : undefined}
      onClick={(e) => {
        if (e.button === 0 && !e.metaKey && !e.ctrlKey && !e.shiftKey && !e.altKey) {
          e.preventDefault();
          go(href);
        }
      }}
    >
      {children}
    </a>
  );
}
