package server

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

//go:embed pages
var pageFiles embed.FS

// plainRoutes are pages without scripts: for a binary without the dashboard,
// and for browsers that read pages aloud or in a terminal.
func (s *Server) plainRoutes() {
	s.pages = template.Must(template.New("").Funcs(template.FuncMap{
		"bytes": plainBytes, "seconds": plainSeconds, "runPath": plainRunPath, "taskPath": plainTaskPath,
	}).ParseFS(pageFiles, "pages/*.html"))
	s.handlePlain(http.MethodGet, "/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/plain/runs", http.StatusSeeOther)
	})
	s.handlePlain(http.MethodGet, "/plain/runs", s.page(s.runsPage))
	s.handlePlain(http.MethodGet, "/plain/runs/{id}", s.page(s.runPlain))
	s.handlePlain(http.MethodGet, "/plain/runs/{id}/tasks/{task}", s.page(s.taskPage))
	s.handlePlain(http.MethodGet, "/plain/nodes", s.page(s.nodesPage))
	s.handlePlain(http.MethodGet, plainStyle, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, "pages/plain.css")
	})
}

// page returns a handler that shows what get returns: the name of a template
// and its data.
func (s *Server) page(get func(*http.Request) (string, any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, data, err := get(r)
		status := http.StatusOK
		if err != nil {
			p := s.problem(r.Context(), err)
			name, status = "problem", p.Status
			data = struct {
				plainHead
				Detail string
			}{plainHead{Title: p.Title}, p.Error()}
		}
		s.writePage(w, status, name, data)
	}
}

func (s *Server) writePage(w http.ResponseWriter, status int, name string, data any) {
	var buf bytes.Buffer
	if err := s.pages.ExecuteTemplate(&buf, name, data); err != nil {
		s.cfg.Log.Error("cannot make page", slog.String("page", name), slog.Any("err", err))
		writeProblem(w, api.NewProblem(http.StatusInternalServerError, "internal", "the server's log says more"))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // fails only when the client has gone
}

type plainHead struct {
	Title   string
	Refresh bool // the page is about something that goes on
}

func (s *Server) runsPage(r *http.Request) (string, any, error) {
	page, err := s.runPage(r.Context(), &runFilter{Cursor: r.FormValue("cursor"), Limit: 50})
	return "runs", struct {
		plainHead
		Page *api.RunPage
	}{plainHead{Title: "Runs", Refresh: r.FormValue("cursor") == ""}, page}, err
}

func (s *Server) runPlain(r *http.Request) (string, any, error) {
	data := struct {
		plainHead
		Run             api.Run
		Tasks           api.TaskPage
		Ledger          []api.LedgerRow
		Inputs, Outputs []plainNamed
	}{}
	id, err := runIDOf(r)
	if err != nil {
		return "", nil, err
	}
	offset, _ := strconv.Atoi(r.FormValue("cursor")) // whatever else it is: the first page
	busy := s.nodeWork(r.Context())
	err = s.folds.look(r.Context(), id, func(f *fold) error {
		data.Run = f.runView(time.Now(), busy)
		data.Tasks = f.taskPage(&taskQuery{Limit: 200}, max(0, offset), busy)
		data.Ledger = f.ledger.rows(f.plan)
		return nil
	})
	addServer(data.Run.Failure, r.Host)
	data.plainHead = plainHead{Title: data.Run.Workflow, Refresh: !data.Run.Status.Done()}
	data.Inputs, data.Outputs = plainNames(data.Run.Inputs), plainNames(data.Run.Outputs)
	return "run", data, err
}

func (s *Server) taskPage(r *http.Request) (string, any, error) {
	id, err := runIDOf(r)
	if err != nil {
		return "", nil, err
	}
	name := pathValue(r, "task")
	param := api.TaskPath{RunPath: api.RunPath{ID: id}, Task: executor.TaskID(name)}
	task, err := s.getTask(r.Context(), &param)
	if err != nil {
		return "", nil, err
	}
	addServer(task.Body.Failure, r.Host)
	data := struct {
		plainHead
		ID      executor.RunID
		Task    api.Task
		Outputs []plainNamed
		Logs    []*api.LogPage
	}{plainHead{name, !task.Body.State.Done()}, id, task.Body, plainNames(task.Body.Outputs), nil}
	for _, stream := range []string{"stderr", "stdout"} {
		in := &logQuery{TaskPath: param, Stream: stream, Offset: -64 << 10, Limit: 64 << 10}
		attempt, over, err := s.findAttempt(r.Context(), in)
		if err != nil {
			return "", nil, err
		}
		page, err := s.logPage(r.Context(), in, attempt, over)
		if err != nil {
			return "", nil, err
		}
		data.Logs = append(data.Logs, page)
	}
	return "task", data, nil
}

func (s *Server) nodesPage(r *http.Request) (string, any, error) {
	return "nodes", struct {
		plainHead
		Nodes []api.Node
	}{plainHead{Title: "Nodes", Refresh: true}, s.nodeViews(r.Context())}, nil
}

// addServer makes the commands to type next reach the server that the page came
// from, wherever they are typed.
func addServer(f *api.Failure, host string) {
	if f == nil {
		return
	}
	for i, command := range f.Next {
		if strings.HasPrefix(command, "weft ") {
			f.Next[i] += " --server http://" + host
		}
	}
}

// plainNamed is an input or output on a plain page: a file, or JSON.
type plainNamed struct {
	Name string
	File *api.Object
	JSON string
}

func plainNames(values map[string]any) []plainNamed {
	var out []plainNamed
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if file, ok := values[name].(api.Object); ok {
			out = append(out, plainNamed{Name: name, File: &file})
			continue
		}
		text, err := json.Marshal(values[name])
		if err != nil {
			text = []byte("?")
		}
		out = append(out, plainNamed{Name: name, JSON: string(text[:min(len(text), 4000)])})
	}
	return out
}

func plainRunPath(id executor.RunID) string { return "/plain/runs/" + url.PathEscape(string(id)) }

func plainTaskPath(id executor.RunID, task executor.TaskID) string {
	return plainRunPath(id) + "/tasks/" + url.PathEscape(string(task))
}

func plainSeconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
}

func plainBytes(n any) string {
	var size float64
	switch n := n.(type) {
	case int64:
		size = float64(n)
	case *int64:
		size = float64(*n)
	}
	units := []string{"B", "kB", "MB", "GB", "TB"}
	for size >= 1000 && len(units) > 1 {
		size /= 1000
		units = units[1:]
	}
	return strings.TrimSuffix(strconv.FormatFloat(size, 'f', 1, 64), ".0") + " " + units[0]
}
