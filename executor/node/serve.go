package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// handler is what a node answers to others: its objects, and its logs at
//
//	GET /logs/RUN/N/EPOCH/STREAM?task=TASK
func (n *Node) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", peer.Handler(n.store, n.cfg.Key))
	mux.HandleFunc("GET /logs/{run}/{n}/{epoch}/{stream}", n.serveLog)
	return mux
}

func mayReadLogs(id executor.AttemptID) string { return "logs " + id.String() }

func (n *Node) serveLog(w http.ResponseWriter, r *http.Request) {
	id := executor.AttemptID{Run: executor.RunID(r.PathValue("run")), Task: executor.TaskID(r.URL.Query().Get("task"))}
	var err, epochErr error
	id.N, err = strconv.Atoi(r.PathValue("n"))
	id.Epoch, epochErr = strconv.ParseUint(r.PathValue("epoch"), 10, 64)
	if err != nil || epochErr != nil || !n.cfg.Key.Admits(r, mayReadLogs(id)) {
		peer.Deny(w)
		return
	}
	log, err := n.Logs(id, r.PathValue("stream"))
	if err != nil {
		http.Error(w, "no such log", http.StatusNotFound)
		return
	}
	defer log.Close()
	_, _ = io.Copy(w, log) // who asked has gone, if that fails
}

// FetchLog returns what the attempt has printed to a stream, from the node at
// addr. object.ErrNotFound when that node has nothing of it. Of a task that was
// redriven it does not matter how often.
func FetchLog(ctx context.Context, c *http.Client, addr string, key peer.Key, id executor.AttemptID, stream string) (io.ReadCloser, error) {
	id.Redriven = 0
	at := fmt.Sprintf("http://%s/logs/%s/%d/%d/%s?task=%s", addr, id.Run, id.N, id.Epoch, stream, url.QueryEscape(string(id.Task)))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	key.Authorize(req, mayReadLogs(id), id.String())
	answer, err := c.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot read logs of %s: %w", id, err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	err = fmt.Errorf("cannot read logs of %s: %s answers %s", id, addr, answer.Status)
	if answer.StatusCode == http.StatusNotFound {
		err = fmt.Errorf("cannot read logs of %s: %w", id, object.ErrNotFound)
	}
	return nil, errors.Join(err, answer.Body.Close())
}
