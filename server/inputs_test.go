package server

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

func declaredInputs() []dsl.Field {
	files := dsl.Type{Kind: dsl.KindFile}
	return []dsl.Field{
		{Name: "video", Type: dsl.Type{Kind: dsl.KindFile}},
		{Name: "frames", Type: dsl.Type{Kind: dsl.KindInt}, Default: json.RawMessage("24")},
		{Name: "parts", Type: dsl.Type{Kind: dsl.KindList, Elem: &files, Nullable: true}},
		{Name: "note", Type: dsl.Type{Kind: dsl.KindString, Nullable: true}},
	}
}

func given(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInputsAreBound(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ref, err := b.Put(t.Context(), "clip.y4m", "", strings.NewReader("frames"))
	if err != nil {
		t.Fatal(err)
	}
	id := string(ref.ID)
	got, err := BindInputs(t.Context(), declaredInputs(),
		given(t, `{"video": "`+id+`", "parts": [{"object": "`+id+`"}], "note": "é"}`), b)
	if err != nil {
		t.Fatal(err)
	}
	if f := got["video"].File; f == nil || f.Size != 6 || f.Name != "clip.y4m" {
		t.Errorf("video: %+v", got["video"])
	}
	if parts := got["parts"].List; len(parts) != 1 || parts[0].File.ID != ref.ID {
		t.Errorf("parts: %+v", got["parts"])
	}
	if string(got["frames"].JSON) != "24" || string(got["note"].JSON) != `"é"` {
		t.Errorf("frames %s, note %s", got["frames"].JSON, got["note"].JSON)
	}
}

func TestEveryMistakeInInputsIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, err := BindInputs(t.Context(), declaredInputs(),
		given(t, `{"frame": 1, "frames": "x", "parts": [7, "obj_`+strings.Repeat("a", 26)+`"]}`), b)
	var p *api.Problem
	if !errors.As(err, &p) {
		t.Fatal(err)
	}
	var got []string
	for _, m := range p.Errors {
		got = append(got, m.Location+" "+m.Message+"; "+m.Hint)
	}
	want := []string{
		"inputs.frame is no input of this workflow; did you mean frames?",
		"inputs.video is missing; give video: file",
		"inputs.frames is a string; want int",
		`inputs.parts[0] is no file; upload it and give its id: POST /api/v1/objects answers {"object": "obj_..."}`,
		"inputs.parts[1] names object obj_" + strings.Repeat("a", 26) + ", which nobody holds; upload it again",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLargeInputBecomesObject(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	declared := []dsl.Field{{Name: "rows", Type: dsl.Type{}}}
	text := "[" + strings.Repeat("1234567,", 5000) + "0]"
	got, err := BindInputs(t.Context(), declared, given(t, `{"rows": `+text+`}`), b)
	if err != nil {
		t.Fatal(err)
	}
	large := got["rows"].Large
	if large == nil || !large.IsList || large.Length != 5001 {
		t.Fatalf("rows: %+v", got["rows"])
	}
	body, _, err := b.Open(t.Context(), large.Ref.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	var v object.Value
	if err := json.NewDecoder(body).Decode(&v); err != nil || string(v.JSON) != text {
		t.Errorf("the object is not the value: %v", err)
	}
}
