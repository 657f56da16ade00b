package server

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"example.org/weft/executor/journal"
)

// Config is what a server is made of. Only Members, Token, Open, Hosts,
// Dashboard, Getenv and UploadLimit may be left out.
type Config struct {
	Catalog   journal.Catalog
	Programs  *journal.Programs // of the catalog
	History   History
	Mailbox   journal.Mailbox
	Watcher   journal.Watcher
	Documents journal.Documents
	Groups    journal.Groups
	Engine    Engine
	Objects   Objects
	Members   Members // nil: the nodes are in this process
	Log       *slog.Logger

	// Token admits callers that present it. With no token and not Open, nobody
	// is admitted.
	Token string

	// Open admits everybody who can connect: for a loopback address only. The
	// Host header must then name the loopback, or be one of Hosts, so that no
	// web page can reach the server by a name of its own.
	Open  bool
	Hosts []string

	// Dashboard answers GET for every path that is no route of the interface.
	Dashboard http.Handler

	// Getenv reads the environment, for the secrets of webhooks that are there.
	Getenv func(string) string

	// UploadLimit is the most bytes of one uploaded object; 0 is no limit.
	UploadLimit int64
}

// Server answers the routes that /openapi.json describes, and shows the dashboard.
// It is safe for concurrent use.
type Server struct {
	cfg      Config
	folds    *folds
	metrics  *metrics
	api      huma.API
	router   chi.Router
	handler  http.Handler
	pages    *template.Template
	closing  chan struct{} // closed by Close
	triggers chan struct{} // asks for a look at the schedules
}

const (
	apiPrefix     = "/api/v1"
	maxBody       = 1 << 20 // bytes of YAML or of inputs
	bodyPatience  = 30 * time.Second
	maxFolds      = 64        // runs kept in memory that nobody looks at
	maxFoldEvents = 1_000_000 // events of those runs altogether
)

// New returns a server that is ready.
func New(cfg Config) *Server {
	s := &Server{cfg: cfg, router: chi.NewRouter(), metrics: newMetrics(), closing: make(chan struct{}), triggers: make(chan struct{}, 1)}
	s.folds = newFolds(foldSource{
		catalog: cfg.Catalog, history: cfg.History, watcher: cfg.Watcher,
		documents: cfg.Documents, programs: cfg.Programs,
	})
	s.metrics.watch(s)

	config := huma.DefaultConfig("Weft", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.CreateHooks = nil // they would add a $schema field to every answer
	s.api = humachi.New(s.router, config)

	s.router.Use(s.metrics.count)
	s.workflowRoutes()
	s.runRoutes()
	s.taskRoutes()
	s.actionRoutes()
	s.redriveRoute()
	s.signalRoute()
	s.callbackRoutes()
	s.objectRoutes()
	s.nodeRoutes()
	s.operatorRoutes()
	s.plainRoutes()
	s.loginRoutes()
	if cfg.Dashboard != nil {
		s.router.NotFound(s.dashboard)
	}
	s.handler = s.guard(s.router)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends every event stream and the watches of the journal. It is called
// once, when the HTTP server begins to shut down, which else waits for them.
func (s *Server) Close() {
	close(s.closing)
	s.folds.close()
}

func (s *Server) dashboard(w http.ResponseWriter, r *http.Request) {
	if isAPI(r.URL.Path) {
		writeProblem(w, notFound("no such route: %s %s", r.Method, r.URL.Path))
		return
	}
	s.cfg.Dashboard.ServeHTTP(w, r)
}
