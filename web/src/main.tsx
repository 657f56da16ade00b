import { render } from "preact";
import { NodesPage } from "./nodes";
import { Link, place } from "./route";
import { RunPage } from "./run";
import { RunsPage } from "./runs";

function App() {
  const path = place.value.pathname;
  return (
    <>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="top">
        <Link href="/runs" class="brand">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M3 7h4m4 0h10M3 12h10m4 0h4M3 17h4m4 0h10M9 3v10m0 4v4M15 3v4m0 4v10" />
          </svg>
          weft
        </Link>
        <nav aria-label="Main">
          <Link href="/runs" current={path === "/" || path.startsWith("/runs")}>Runs</Link>
          <Link href="/nodes" current={path === "/nodes"}>Nodes</Link>
        </nav>
        <a class="plain" href={`/plain${path === "/" ? "/runs" : path}`}>Plain pages</a>
      </header>
      <main id="main" tabIndex={-1}>
        <Page path={path} />
      </main>
    </>
  );
}

function Page({ path }: { path: string }) {
  const run = /^\/runs\/([^/]+)$/.exec(path)?.[1];
  if (run !== undefined) {
    return <RunPage key={run} id={decodeURIComponent(run)} />;
  }
  if (path === "/" || path === "/runs") {
    return <RunsPage />;
  }
  if (path === "/nodes") {
    return <NodesPage />;
  }
  return <p class="empty">There is no such page. <Link href="/runs">All runs</Link></p>;
}

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
}
