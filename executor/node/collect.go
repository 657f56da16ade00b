package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// maxOutput is the most that $WEFT_OUTPUT may hold, since it is read whole.
const maxOutput = 256 << 20

// A collector makes the outputs of one attempt values. All of its processes are
// dead by now.
type collector struct {
	node    *Node
	attempt *attempt
	folder  *folder
	ledger  *ledger
	values  map[string]json.RawMessage // that the function wrote to $WEFT_OUTPUT
	made    []object.ID
}

// collect returns the declared outputs. Their objects are on stable storage,
// unless the function is pure: then a lost one is made again.
func (c *collector) collect(ctx context.Context) (map[string]object.Value, error) {
	if err := c.readValues(); err != nil {
		return nil, err
	}
	outputs := make(map[string]object.Value, len(c.attempt.Function.Outputs))
	for _, f := range c.attempt.Function.Outputs {
		v, err := c.output(f)
		if err == nil {
			v, err = c.shrink(ctx, f, v)
		}
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", f.Name, err)
		}
		outputs[f.Name] = v
	}
	return outputs, c.secure(ctx, outputs)
}

// secure returns when what must be on stable storage is there.
func (c *collector) secure(ctx context.Context, outputs map[string]object.Value) error {
	if c.attempt.ViaStore {
		return c.publish(ctx, outputs)
	}
	if c.attempt.Function.Pure {
		return nil
	}
	return because(executor.CauseError, c.node.store.Sync(ctx, c.made...))
}

// readValues reads $WEFT_OUTPUT, if the function wrote it.
func (c *collector) readValues() error {
	fi, err := c.folder.Lstat(outputFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		return errors.New("$WEFT_OUTPUT is not a file any more")
	}
	if fi.Size() > maxOutput {
		return fmt.Errorf("$WEFT_OUTPUT has %d bytes, more than %d; write large data to a file output", fi.Size(), maxOutput)
	}
	text, err := c.folder.ReadFile(outputFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &c.values); err != nil {
		return fmt.Errorf("$WEFT_OUTPUT is not a JSON object of outputs: %w", err)
	}
	return nil
}

func (c *collector) output(f dsl.Field) (object.Value, error) {
	if !ofFiles(f.Type) {
		return c.value(f)
	}
	found, where, err := c.find(f)
	if err != nil {
		return object.Value{}, err
	}
	if len(found) == 0 {
		return c.missing(f, where)
	}
	if f.Type.Kind != dsl.KindList {
		if len(found) > 1 {
			return object.Value{}, fmt.Errorf("want one %s at %s, found %d: %s", typeName(f.Type), where, len(found), listed(found))
		}
		return c.keep(f, f.Type, found[0], f.Name)
	}
	list := make([]object.Value, len(found))
	for i, at := range found {
		if list[i], err = c.keep(f, *f.Type.Elem, at, f.Name+"/"+strconv.Itoa(i)); err != nil {
			return object.Value{}, err
		}
	}
	return object.Value{List: list}, nil
}

// find returns the paths in the folder that an output consists of, sorted, and
// where they were looked for.
func (c *collector) find(f dsl.Field) (found []string, where string, err error) {
	if f.Path != "" {
		work, err := c.folder.OpenRoot(workDir)
		if err != nil {
			return nil, "", err
		}
		defer work.Close()
		found, err = fs.Glob(work.FS(), path.Clean(f.Path))
		if err != nil {
			return nil, "", fmt.Errorf("cannot look for %q: %w", f.Path, err)
		}
		slices.Sort(found)
		for i, name := range found {
			found[i] = workDir + "/" + name
		}
		return found, strconv.Quote(f.Path), nil
	}
	at := outDir + "/" + outputName(f)
	if f.Type.Kind != dsl.KindList {
		if _, err := c.folder.Lstat(at); err == nil {
			found = []string{at}
		}
		return found, "${{ outputs." + f.Name + " }}", nil
	}
	items, err := fs.ReadDir(c.folder.FS(), at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	for _, item := range items {
		found = append(found, at+"/"+item.Name())
	}
	return found, "${{ outputs." + f.Name + " }}/", nil
}

// missing says what was expected and what is there, or that null will do.
func (c *collector) missing(f dsl.Field, where string) (object.Value, error) {
	if f.Type.Nullable {
		return object.Null(), nil
	}
	var there []string
	for _, dir := range []string{workDir, outDir} {
		items, err := fs.ReadDir(c.folder.FS(), dir)
		if err != nil {
			return object.Value{}, err
		}
		for _, item := range items {
			there = append(there, dir+"/"+item.Name())
		}
	}
	return object.Value{}, fmt.Errorf("the function made no %s at %s; it made: %s", typeName(f.Type), where, listed(there))
}

// listed names the first few of a list of files.
func listed(names []string) string {
	const few = 10
	if len(names) == 0 {
		return "nothing"
	}
	quoted := make([]string, 0, few)
	for _, name := range names[:min(few, len(names))] {
		quoted = append(quoted, strconv.Quote(name))
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// keep moves a file or a folder into the store.
func (c *collector) keep(f dsl.Field, t dsl.Type, at, name string) (object.Value, error) {
	fi, err := c.folder.Lstat(at)
	if err != nil {
		return object.Value{}, err
	}
	dir := t.Kind == dsl.KindDir
	if fi.IsDir() != dir {
		return object.Value{}, fmt.Errorf("want a %s at %q, found a %s", typeName(t), at, modeName(fi.Mode()))
	}
	id := object.Mint(c.attempt.Attempt.String(), name)
	info, err := c.node.store.Put(id, c.folder.Root, at)
	if err != nil {
		return object.Value{}, err
	}
	c.made = append(c.made, id)
	ref := &object.Ref{ID: id, Size: info.Size, Name: path.Base(at)}
	if dir {
		return object.Value{Dir: ref}, nil
	}
	ref.MediaType = mediaType(f, ref.Name)
	return object.Value{File: ref}, nil
}

func modeName(m os.FileMode) string {
	switch {
	case m.IsDir():
		return "dir"
	case m.IsRegular():
		return "file"
	case m&os.ModeSymlink != 0:
		return "symbolic link"
	default:
		return "device or pipe"
	}
}

// shrinkAll makes objects of what a builtin gave on that is too big to stand
// inline.
func (c *collector) shrinkAll(ctx context.Context, outputs map[string]object.Value) error {
	for _, f := range c.attempt.Function.Outputs {
		v, err := c.shrink(ctx, f, outputs[f.Name])
		if err != nil {
			return fmt.Errorf("output %s: %w", f.Name, err)
		}
		outputs[f.Name] = v
	}
	if len(c.made) == 0 {
		return nil
	}
	return c.secure(ctx, outputs)
}

// shrink makes an object of a value that is too big to stand inline.
func (c *collector) shrink(ctx context.Context, f dsl.Field, v object.Value) (object.Value, error) {
	if v.List == nil && len(v.JSON) <= object.MaxInline {
		return v, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return v, fmt.Errorf("cannot encode: %w", err)
	}
	if v.List != nil && len(text) <= object.MaxInline {
		return v, nil
	}
	large := &object.Large{IsList: v.List != nil, Length: len(v.List)}
	for ref := range v.Refs {
		large.Bytes += ref.Size
	}
	if v.List == nil {
		if large.Length, large.IsList, err = jsonLength(v.JSON); err != nil {
			return v, err
		}
	}
	large.Ref = object.Ref{
		ID: object.Mint(c.attempt.Attempt.String(), f.Name), MediaType: "application/json", Name: safeName(f.Name) + ".json",
	}
	info, err := c.node.store.Create(ctx, large.Ref.ID, false, bytes.NewReader(text))
	if err != nil {
		return v, err
	}
	large.Ref.Size, large.Ref.Digest = info.Size, info.Digest
	c.made = append(c.made, large.Ref.ID)
	return object.Value{Large: large}, nil
}

// jsonLength counts the items of a JSON array without decoding them.
func jsonLength(text []byte) (n int, list bool, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	if err != nil || open != json.Delim('[') {
		return 0, false, err
	}
	var item json.RawMessage
	for d.More() {
		if err := d.Decode(&item); err != nil && !errors.Is(err, io.EOF) {
			return 0, true, err
		}
		n++
	}
	return n, true, nil
}

// publish writes every object that the attempt made to the bucket, which is
// stable storage.
func (c *collector) publish(ctx context.Context, outputs map[string]object.Value) error {
	step, _, _ := strings.Cut(string(c.attempt.Attempt.Task), "[")
	made := make(map[object.ID]bool, len(c.made))
	for _, id := range c.made {
		made[id] = true
	}
	for _, f := range c.attempt.Function.Outputs {
		ids := []object.ID{}
		for ref := range outputs[f.Name].Refs {
			ids = append(ids, ref.ID)
		}
		if l := outputs[f.Name].Large; l != nil && l.Source.ID == "" {
			prefix := f.Name + "/"
			for i := range l.Length {
				ids = append(ids, object.Mint(c.attempt.Attempt.String(), prefix+strconv.Itoa(i)))
			}
		}
		for _, id := range ids {
			if !made[id] {
				continue
			}
			moved, err := c.node.upload(ctx, id)
			if err != nil {
				return because(executor.CauseError, fmt.Errorf("cannot write output %s to the bucket: %w", f.Name, err))
			}
			c.ledger.enter(executor.Transfer{
				Input: f.Name, From: step, FromNode: c.node.cfg.ID,
				Transport: executor.TransportBucket, Bytes: moved, Objects: 1,
			})
		}
	}
	return nil
}
