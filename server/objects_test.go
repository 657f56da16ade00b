package server

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"example.org/weft/server/api"
)

func TestObjectIsWhatWasUploaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	content := strings.Repeat("0123456789", 300_000) // more than other bodies may have
	var kept api.Object
	b.want(http.StatusCreated, &kept, http.MethodPost, "/api/v1/objects?name=a%20%22film%22.ivf", content, "Content-Type: video/x-ivf")
	if kept.Size != int64(len(content)) || kept.Name != `a "film".ivf` || kept.MediaType != "video/x-ivf" {
		t.Fatalf("kept as %+v", kept)
	}
	path := "/api/v1/objects/" + string(kept.ID)
	res := b.want(http.StatusOK, nil, http.MethodGet, path, "")
	if got, _ := io.ReadAll(res.Body); string(got) != content {
		t.Errorf("%d other bytes came back", len(got))
	}
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="a \"film\".ivf"` {
		t.Errorf("disposition %q", got)
	}
	if got := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "sandbox;") {
		t.Errorf("policy %q", got)
	}
	res = b.want(http.StatusPartialContent, nil, http.MethodGet, path, "", "Range: bytes=8-11")
	if got, _ := io.ReadAll(res.Body); string(got) != "8901" {
		t.Errorf("range gave %q", got)
	}
	if res = b.want(http.StatusOK, nil, http.MethodHead, path, ""); res.ContentLength != kept.Size {
		t.Errorf("length %d", res.ContentLength)
	}
}

func TestHTMLObjectIsNoPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var kept api.Object
	b.want(http.StatusCreated, &kept, http.MethodPost, "/api/v1/objects?name=x.html", "<script>alert(1)</script>", "Content-Type: text/html")
	res := b.want(http.StatusOK, nil, http.MethodGet, "/api/v1/objects/"+string(kept.ID), "", "Accept: text/html")
	if !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") ||
		res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", res.Header)
	}
}

func TestUploadLimitHolds(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.UploadLimit = 10 })
	b.want(http.StatusCreated, nil, http.MethodPost, "/api/v1/objects", "0123456789")
	b.want(http.StatusRequestEntityTooLarge, &api.Problem{}, http.MethodPost, "/api/v1/objects", "0123456789a")
}

func TestHostileObjectIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, id := range []string{"..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "obj_A", "obj_" + strings.Repeat("1", 26)} {
		res := b.do(http.MethodGet, "/api/v1/objects/"+id, "")
		if res.StatusCode != http.StatusUnprocessableEntity && res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", id, res.StatusCode)
		}
	}
	b.want(http.StatusNotFound, &api.Problem{}, http.MethodGet, "/api/v1/objects/obj_"+strings.Repeat("a", 26), "")
}
