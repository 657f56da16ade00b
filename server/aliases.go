package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

// aliasKind is the kind of the documents that aliases are: one each, so that
// two servers that set two of them do not undo each other.
const aliasKind = "alias"

// latest is the alias that every workflow has: the version that was put last.
const latest = "latest"

type aliasParam struct {
	api.WorkflowPath
	Alias string `path:"alias" pattern:"^[a-z][a-z0-9_-]{0,62}$"`
}

type newAlias struct {
	api.WorkflowPath
	Alias string `path:"alias" pattern:"^[a-z][a-z0-9_-]{0,62}$" doc:"Such as prod."`
	Body  api.NewAlias
}

func (s *Server) aliasRoutes() {
	handle(s, http.MethodPut, "/workflows/{name}/aliases/{alias}", "put-alias",
		"Have an alias stand for a version, from the next start on", s.putAlias)
	handle(s, http.MethodDelete, "/workflows/{name}/aliases/{alias}", "delete-alias", "Drop an alias", s.deleteAlias)
	handle(s, http.MethodGet, "/workflows/{name}/aliases", "list-aliases", "The aliases of a workflow",
		func(ctx context.Context, in *api.WorkflowPath) (*reply[api.AliasList], error) {
			list, err := s.aliases(ctx, in.Name)
			return &reply[api.AliasList]{Body: api.AliasList{Aliases: list}}, err
		})
}

func (s *Server) putAlias(ctx context.Context, in *newAlias) (*reply[api.Alias], error) {
	if in.Alias == latest {
		return nil, invalid("latest is always the version that was put last", api.Mistake{
			Location: "path.alias", Message: "is taken", Hint: "choose another, such as prod",
		})
	}
	w, err := s.workflow(ctx, in.Name, in.Body.Version)
	if err != nil {
		return nil, err
	}
	alias := api.Alias{Name: in.Alias, Version: w.Version, Updated: time.Now().UTC()}
	return &reply[api.Alias]{Body: alias}, s.keepAlias(ctx, in.Name, alias)
}

// deleteAlias keeps an alias of no version in the place of the one there was.
func (s *Server) deleteAlias(ctx context.Context, in *aliasParam) (*struct{}, error) {
	if _, err := s.alias(ctx, in.Name, in.Alias); err != nil {
		return nil, err
	}
	return nil, s.keepAlias(ctx, in.Name, api.Alias{Name: in.Alias, Updated: time.Now().UTC()})
}

func (s *Server) keepAlias(ctx context.Context, workflow string, a api.Alias) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return s.cfg.Documents.PutDocument(ctx, aliasKind, workflow+"/"+a.Name, data)
}

// alias returns the version that an alias stands for.
func (s *Server) alias(ctx context.Context, workflow, name string) (string, error) {
	data, err := s.cfg.Documents.Document(ctx, aliasKind, workflow+"/"+name)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return "", err
	}
	var a api.Alias
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if a.Version == "" {
		return "", notFound("workflow %s has no version or alias %q", workflow, name)
	}
	return a.Version, err
}

// aliases returns the aliases of a workflow by name.
func (s *Server) aliases(ctx context.Context, workflow string) ([]api.Alias, error) {
	docs, err := s.cfg.Documents.Documents(ctx, aliasKind)
	if err != nil {
		return nil, err
	}
	list := []api.Alias{}
	for key, data := range docs {
		var a api.Alias
		if !strings.HasPrefix(key, workflow+"/") {
			continue
		}
		if err := json.Unmarshal(data, &a); err != nil {
			return nil, err
		}
		if a.Version != "" {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b api.Alias) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// workflow returns the version of a workflow that a caller names: by its
// digest, by an alias, or the latest when nothing is said.
func (s *Server) workflow(ctx context.Context, name, given string) (journal.Workflow, error) {
	version := given
	switch {
	case given == latest:
		version = ""
	case given != "" && !strings.HasPrefix(given, "sha256:"):
		var err error
		if version, err = s.alias(ctx, name, given); err != nil {
			return journal.Workflow{}, err
		}
	}
	w, err := s.cfg.Catalog.Workflow(ctx, name, version)
	if err != nil {
		return journal.Workflow{}, fmt.Errorf("cannot get workflow %s: %w", name, err)
	}
	return w, nil
}
