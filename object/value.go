package object

import "encoding/json"

// MaxInline is the most bytes of JSON that a value may have inline. A larger
// one becomes an object (Large), so no step, list or run has a payload ceiling.
const MaxInline = 32 << 10

// A Value is what one edge carries. Exactly one field is set; the zero Value is
// null. Files are references wherever they stand, also inside lists and maps,
// so bytes never enter a value.
//
// Gather and Item are symbolic: they stand for values that others hold, so that
// a fan-in over 100,000 items is one small record. Whoever hands a value to a
// function spells them out first.
type Value struct {
	JSON   json.RawMessage  `json:"json,omitempty"` // a value without files, at most MaxInline bytes
	File   *Ref             `json:"file,omitempty"`
	Dir    *Ref             `json:"dir,omitempty"`
	List   []Value          `json:"list,omitempty"` // a short list that holds files or large values
	Map    map[string]Value `json:"map,omitempty"`  // likewise, by field
	Large  *Large           `json:"large,omitempty"`
	Gather *Gather          `json:"gather,omitempty"`
	Item   *Item            `json:"item,omitempty"`
}

// Large is a value whose JSON is too big to stand inline.
type Large struct {
	// Ref's bytes are the JSON encoding of a Value; or, with a Source, say where
	// in it each item of the list stands (package object/record).
	Ref Ref `json:"ref"`

	// Source is the file that the items of a list are read from, one by one, so
	// that nobody holds them all. Its items are text or JSON, never files.
	Source Ref `json:"source,omitzero"`

	// IsList says whether the value is a list; Length is then its number of
	// items, which control flow may need without reading the object.
	IsList bool `json:"is_list,omitempty"`
	Length int  `json:"length,omitempty"`

	// Bytes is the total size of the files that the value refers to.
	Bytes int64 `json:"bytes,omitempty"`
}

// Gather is the list of field Field of items From up to, not including, To of
// the foreach step Step. With an empty Field each item is the map of all its
// outputs.
type Gather struct {
	Step  string `json:"step"`
	Field string `json:"field,omitempty"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// Item is one item of a list that is an object (Large); with a Count it is the
// list of so many items, of which Index is the first.
type Item struct {
	Of    Large `json:"of"`
	Index int   `json:"index"`
	Count int   `json:"count,omitempty"`
}

// Whole is the Index of an Item that means all of the value, where contents are
// asked for.
const Whole = -1

// Null is the value of an optional input that nothing was given for.
func Null() Value { return Value{} }

// FromJSON returns the inline value with the given JSON text.
func FromJSON(text []byte) Value { return Value{JSON: json.RawMessage(text)} }

// IsNull reports whether v is null, in either spelling.
func (v Value) IsNull() bool {
	return v.File == nil && v.Dir == nil && v.List == nil && v.Map == nil && v.Large == nil &&
		v.Gather == nil && v.Item == nil && (len(v.JSON) == 0 || string(v.JSON) == "null")
}

// Refs calls yield for every object that v refers to, in order; symbolic parts
// have none until they are spelled out. A map's fields come in sorted order.
func (v Value) Refs(yield func(Ref) bool) { v.walk(yield) }
