package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/object"
)

const listing = `
  lines: { builtin: lines }
  records: { builtin: records }
  objects: { builtin: objects }
  identity: { builtin: identity }
  cat:
    inputs: { all: { type: "list<json>" }, one: { type: json } }
    outputs: { text: { type: file } }
    run: 'cat "$WEFT_INPUT" > "${{ outputs.text }}"'`

// items runs a builtin that lists, and returns each item as a task gets it.
func (l *lab) items(t *testing.T, builtin string, inputs map[string]object.Value) []string {
	t.Helper()
	list := l.succeed(t, builtin, inputs).Outputs["items"].Large
	items := make([]string, list.Length)
	for i := range items {
		v := object.Value{Item: &object.Item{Of: *list, Index: i}}
		items[i] = string(l.succeed(t, "identity", map[string]object.Value{"value": v}).Outputs["value"].JSON)
	}
	return items
}

func TestItemsOfAFile(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, listing)
	for _, test := range []struct{ builtin, name, format, content, want string }{
		{"lines", "x", "null", "a\nb", `"a" "b"`},
		{"lines", "empty", "null", "", ``},
		{"records", "x.csv", "null", "n,s\n1,\"a\nb\"\n", `{"n":"1","s":"a\nb"}`},
		{"records", "x.jsonl", "null", "{\"n\": 1}\n2\n", `{"n":1} 2`},
		{"records", "x.txt", `"tsv"`, "n\ts\n1\t2\n", `{"n":"1","s":"2"}`},
	} {
		inputs := map[string]object.Value{"file": l.upload(t, test.name, test.content)}
		if test.builtin == "records" {
			inputs["format"] = object.FromJSON([]byte(test.format))
		}
		if got := strings.Join(l.items(t, test.builtin, inputs), " "); got != test.want {
			t.Errorf("%s of %s: got %s, want %s", test.builtin, test.name, got, test.want)
		}
	}
}

func TestAProcessGetsItsItemsAndAWholeList(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, listing)
	list := l.succeed(t, "lines", map[string]object.Value{"file": l.upload(t, "x", "a\nb\nc\n")}).Outputs["items"]
	out := l.succeed(t, "cat", map[string]object.Value{
		"all": list,
		"one": {List: []object.Value{{Item: &object.Item{Of: *list.Large, Index: 2}}, {Item: &object.Item{Of: *list.Large}}}},
	})
	if got, want := l.content(t, out.Outputs["text"]), `{"all":["a","b","c"],"one":["c","a"]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	out = l.succeed(t, "cat", map[string]object.Value{
		"all": {Item: &object.Item{Of: *list.Large, Index: 1, Count: 2}},
		"one": object.Null(),
	})
	if got, want := l.content(t, out.Outputs["text"]), `{"all":["b","c"],"one":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatIsInABucketIsAList(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, listing)
	dir := t.TempDir()
	for name, content := range map[string]string{"in/b.txt": "12", "in/a.txt": "1", "other": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := l.items(t, "objects", values("url", `"file://`+dir+`?prefix=in/"`))
	if len(got) != 2 || !strings.HasPrefix(got[0], `{"key":"a.txt","size":1,"modified":"2`) || !strings.HasPrefix(got[1], `{"key":"b.txt","size":2,`) {
		t.Errorf("got %s", got)
	}
}

func TestAFileThatHasNoSuchItemsFails(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, listing)
	null := object.FromJSON([]byte("null"))
	for _, test := range []struct {
		builtin string
		inputs  map[string]object.Value
		want    string
	}{
		{"records", map[string]object.Value{"file": l.upload(t, "x.jsonl", "1\n{\n"), "format": null}, "cannot list the items of x.jsonl: line 2 is not JSON: unexpected end of JSON input"},
		{"records", map[string]object.Value{"file": l.upload(t, "x.txt", ""), "format": null}, `cannot tell the format of "x.txt": give it as format: csv, tsv or jsonl`},
		{"records", map[string]object.Value{"file": l.upload(t, "y.txt", ""), "format": object.FromJSON([]byte(`"xml"`))}, `no format "xml" of records: want csv, tsv or jsonl`},
		{"objects", values("url", `"nowhere://x"`), "cannot open bucket nowhere://x"},
	} {
		if f := l.fail(t, test.builtin, test.inputs); !strings.HasPrefix(f.Message, test.want) {
			t.Errorf("got  %s\nwant %s", f.Message, test.want)
		}
	}
}
