package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// A result is a run as weft run -o json prints it.
type result struct {
	Run        executor.RunID  `json:"run"`
	Parent     executor.RunID  `json:"parent,omitempty"`
	Status     executor.Status `json:"status"`
	Seconds    float64         `json:"seconds"`
	Outputs    map[string]any  `json:"outputs"`
	MovedBytes int64           `json:"moved_bytes"`
	Ledger     []ledgerRow     `json:"ledger"`
	Steps      []api.Step      `json:"steps,omitempty"`
	Error      string          `json:"error,omitempty"`
	Failure    *api.Failure    `json:"failure,omitempty"`
	Dashboard  string          `json:"dashboard,omitempty"`
}

type ledgerRow struct {
	From           string             `json:"from"`
	To             string             `json:"to"`
	Input          string             `json:"input,omitempty"`
	Transport      executor.Transport `json:"transport"`
	Bytes          int64              `json:"bytes"`
	PredictedBytes *int64             `json:"predicted_bytes,omitempty"`
}

// outFile is an output file as it is printed.
type outFile struct {
	Path      string        `json:"path,omitempty"` // empty when it was not fetched
	Object    object.ID     `json:"object"`
	Size      int64         `json:"size"`
	MediaType string        `json:"media_type,omitempty"`
	Digest    object.Digest `json:"digest,omitempty"`
}

// result gathers what is to be told of a run. The commands to type next are as
// they reach what this call has reached.
func (a *app) result(ctx context.Context, c *client, run *api.Run, outDir string) (*result, error) {
	if run.Failure != nil {
		for i, command := range run.Failure.Next {
			run.Failure.Next[i] = a.next(command)
		}
	}
	return c.result(ctx, run, outDir)
}

// result gathers what a server tells of a run, and fetches its output files
// into outDir unless that is empty.
func (c *client) result(ctx context.Context, run *api.Run, outDir string) (*result, error) {
	var ledger api.Ledger
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(run.ID) + "/ledger"}, nil, &ledger); err != nil {
		return nil, err
	}
	r := &result{
		Run: run.ID, Parent: run.Parent, Status: run.Status, Seconds: run.Seconds, Outputs: make(map[string]any),
		MovedBytes: ledger.MovedBytes, Steps: run.Steps, Error: run.Error, Failure: run.Failure,
		Dashboard: c.base + runPath(run.ID), Ledger: []ledgerRow{},
	}
	for _, row := range ledger.Rows {
		r.Ledger = append(r.Ledger, ledgerRow{row.From, row.To, row.Input, row.Transport, row.Bytes, row.Predicted})
	}
	f := fetcher{client: c, dir: outDir}
	for _, name := range slices.Sorted(maps.Keys(run.Outputs)) {
		v, err := f.value(ctx, name, run.Outputs[name])
		if err != nil {
			return nil, err
		}
		r.Outputs[name] = v
	}
	return r, nil
}

// A fetcher brings output files into a folder; with an empty dir it leaves them
// where they are.
type fetcher struct {
	client *client
	dir    string
}

// value returns an output as it is printed. The names of fetched files begin
// with the output's, so that two outputs never meet.
func (f fetcher) value(ctx context.Context, name string, v any) (any, error) {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			var err error
			if list[i], err = f.value(ctx, name+"-"+strconv.Itoa(i), item); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		if id, ok := v["object"].(string); ok {
			return f.file(ctx, name, id, v)
		}
		fields := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			var err error
			if fields[key], err = f.value(ctx, name+"-"+key, v[key]); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
	return v, nil
}

func (f fetcher) file(ctx context.Context, name, id string, v map[string]any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var ref api.Object
	if err := json.Unmarshal(text, &ref); err != nil {
		return nil, fmt.Errorf("cannot read output %s: %w", name, err)
	}
	out := outFile{Object: ref.ID, Size: ref.Size, MediaType: ref.MediaType, Digest: ref.Digest}
	if f.dir == "" {
		return out, nil
	}
	if out.Path, err = f.fetch(ctx, name+extension(ref), id); err != nil {
		return nil, err
	}
	return out, nil
}

// extension returns the extension that the file's maker gave it, if that is a
// plain one, else the usual one of its media type.
func extension(ref api.Object) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	if ext := filepath.Ext(ref.Name); len(ext) > 1 && strings.Trim(ext[1:], letters) == "" {
		return ext
	}
	if exts, err := mime.ExtensionsByType(ref.MediaType); err == nil && len(exts) > 0 {
		return exts[0]
	}
	return ""
}

// fetch downloads an object into the folder under a name of our own making, and
// returns its path. A partial download never has that name.
func (f fetcher) fetch(ctx context.Context, name, id string) (_ string, err error) {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return "", err
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	resp, err := f.client.send(ctx, request{method: http.MethodGet, path: "/objects/" + url.PathEscape(id)})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	part, err := root.Create(name + ".part")
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(part, resp.Body); err != nil {
		err = tellRoom(f.dir, err)
		return "", errors.Join(fmt.Errorf("cannot fetch output %s: %w", name, err), part.Close(), root.Remove(name+".part"))
	}
	if err := part.Close(); err != nil {
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(f.dir, name))
	if err != nil {
		return "", err
	}
	return path, root.Rename(name+".part", name)
}

func runPath(id executor.RunID) string { return "/runs/" + url.PathEscape(string(id)) }
