package server

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"example.org/weft/object"
	"example.org/weft/server/api"
)

type upload struct {
	Name        string `query:"name" maxLength:"255" doc:"Name of the file, for people."`
	ContentType string `header:"Content-Type" maxLength:"255"`
	body        io.Reader
}

// Resolve is called by huma before the handler: the body is not read but
// handed on, since it may be of any size.
func (u *upload) Resolve(hc huma.Context) []error {
	u.body = hc.BodyReader()
	return nil
}

type download struct {
	ID object.ID `path:"id" pattern:"^obj_[a-z2-7]{26}$"`
}

func (s *Server) objectRoutes() {
	bytes := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	register(s, huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "/objects", OperationID: "put-object",
		Summary:       "Keep the bytes of the body as an object",
		DefaultStatus: http.StatusCreated, RequestBody: &huma.RequestBody{Content: bytes},
	}, s.putObject)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		id := "get-object"
		if method == http.MethodHead {
			id = "head-object"
		}
		register(s, huma.Operation{
			Method: method, Path: apiPrefix + "/objects/{id}", OperationID: id,
			Summary:   "The bytes of an object, or the Range of them that was asked for",
			Responses: map[string]*huma.Response{"200": {Description: "The bytes.", Content: bytes}},
		}, s.getObject)
	}
}

func (s *Server) putObject(ctx context.Context, in *upload) (*reply[api.Object], error) {
	body := in.body
	if limit := s.cfg.UploadLimit; limit > 0 {
		body = http.MaxBytesReader(nil, io.NopCloser(body), limit)
	}
	ref, err := s.cfg.Objects.Put(ctx, in.Name, in.ContentType, body)
	if err != nil {
		return nil, fmt.Errorf("cannot keep object: %w", err)
	}
	return &reply[api.Object]{Body: refView(ref)}, nil
}

// getObject serves bytes that a user or a function made: never as a page.
func (s *Server) getObject(ctx context.Context, in *download) (*huma.StreamResponse, error) {
	body, ref, err := s.cfg.Objects.Open(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("cannot open object %s: %w", in.ID, err)
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = body.Close() }() // read only
		r, w := humachi.Unwrap(hc)
		name := ref.Name
		if name == "" {
			name = string(ref.ID)
		}
		h := w.Header()
		h.Set("Content-Type", mediaType(ref))
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.Set("Content-Security-Policy", "sandbox; "+answerPolicy)
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
		h.Set("ETag", `"`+string(ref.ID)+`"`)
		http.ServeContent(w, r, "", time.Time{}, body)
	}}, nil
}

func mediaType(ref object.Ref) string {
	if _, _, err := mime.ParseMediaType(ref.MediaType); err != nil {
		return "application/octet-stream"
	}
	return ref.MediaType
}
