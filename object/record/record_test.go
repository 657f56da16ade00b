package record

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// all writes the index of a file and reads every item by it.
func all(t *testing.T, text string, f Format) []string {
	t.Helper()
	var index bytes.Buffer
	n, err := WriteIndex(&index, strings.NewReader(text), f)
	if err != nil {
		t.Fatal(err)
	}
	items := make([]string, n)
	for i := range items {
		item, err := Read(bytes.NewReader(index.Bytes()), strings.NewReader(text), i, i+1)
		if err != nil {
			t.Fatal(err)
		}
		items[i] = string(item[0])
	}
	whole, err := Read(bytes.NewReader(index.Bytes()), strings.NewReader(text), 0, n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		if string(whole[i]) != items[i] {
			t.Fatalf("item %d read alone is %s, among all it is %s", i, items[i], whole[i])
		}
	}
	return items
}

func TestItemsOfEachFormat(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		format     Format
		want       string
	}{
		{"no lines", "", Lines, ``},
		{"lines with and without their end", "a\r\n\n<ü>\nlast", Lines, `"a" "" "<ü>" "last"`},
		{"empty lines are no JSON records", "{\"a\": 1}\n\n  \n[2, 3]\n4", JSONLines, `{"a":1} [2,3] 4`},
		{"an empty table", "", CSV, ``},
		{"a table without records", "a,b\n", CSV, ``},
		{"quotes may hold ends of lines", "a,b\n\"x\ny\",2\r\n\n\"say \"\"ho\"\"\",\n", CSV, `{"a":"x\ny","b":"2"} {"a":"say \"ho\"","b":""}`},
		{"the mark of a spreadsheet is no name", "\ufeffa,b\n1,2\n", CSV, `{"a":"1","b":"2"}`},
		{"tabs", "a\tb\n1\t2,3\n", TSV, `{"a":"1","b":"2,3"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(all(t, test.text, test.format), " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestEveryItemIsFoundByItsPlace(t *testing.T) {
	t.Parallel()
	const n = 5*Stride + 7
	for _, f := range []Format{Lines, CSV, JSONLines} {
		var text strings.Builder
		if f == CSV {
			text.WriteString("n,text\n")
		}
		want := make([]string, n)
		for i := range n {
			switch filler := strings.Repeat("x\n", i%5); f {
			case CSV:
				fmt.Fprintf(&text, "%d,\"%s\"\n", i, filler)
				want[i] = fmt.Sprintf(`{"n":"%d","text":%q}`, i, filler)
			case JSONLines:
				fmt.Fprintf(&text, "%s{\"n\":%d}\n", strings.Repeat("\n", i%3), i)
				want[i] = fmt.Sprintf(`{"n":%d}`, i)
			default:
				fmt.Fprintf(&text, "line %d%s\n", i, strings.Repeat("x", i%100))
				want[i] = fmt.Sprintf(`"line %d%s"`, i, strings.Repeat("x", i%100))
			}
		}
		for i, got := range all(t, text.String(), f) {
			if got != want[i] {
				t.Fatalf("%s: item %d is %s, want %s", f, i, got, want[i])
			}
		}
	}
}

func TestMistakesNameTheirLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxItem+1)
	for _, test := range []struct {
		name, text string
		format     Format
		want       string
	}{
		{"not text", "a\n\xff\n", Lines, "line 2 is not UTF-8 text"},
		{"a long line", "a\nb\n" + long, Lines, "line 3 has more than 1048576 bytes"},
		{"not JSON", "1\n\n{\"a\":}\n", JSONLines, "line 3 is not JSON: invalid character '}' looking for beginning of value"},
		{"a field too many", "a,b\n\"1\n1\",2\n1,2,3\n", CSV, "line 4 has 3 fields, the first record has 2"},
		{"a stray quote", "a,b\n1,x\"y\n", CSV, "line 2, column 4: bare \" in non-quoted-field"},
		{"a quote that is not closed", "a,b\n1,2\n3,\"" + long + long, CSV, "the record after line 2 has more than 1048576 bytes: is a quote not closed?"},
		{"two fields of one name", "a,b,a\n", CSV, `line 1 has two fields "a": the first record names the fields`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := WriteIndex(&bytes.Buffer{}, strings.NewReader(test.text), test.format)
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestAnIndexThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, index := range []string{"", "x", "\xff\xff\xff\xff", "{}\x00\x00\x00\x02"} {
		if v, err := Read(strings.NewReader(index), strings.NewReader("a\n"), 0, 1); err == nil {
			t.Errorf("index %q: got %s, want an error", index, v)
		}
	}
}

func TestFormatByMediaTypeAndName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		media, name string
		want        Format
	}{
		{"text/csv; charset=utf-8", "x.jsonl", CSV},
		{"", "Data.CSV", CSV},
		{"application/octet-stream", "x.tsv", TSV},
		{"application/x-ndjson", "x", JSONLines},
		{"", "x.ndjson", JSONLines},
		{"", "x.txt", ""},
	} {
		if got, _ := FormatOf(test.media, test.name); got != test.want {
			t.Errorf("%q %q: got %q, want %q", test.media, test.name, got, test.want)
		}
	}
}
