package node

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/object/bucket"
	"example.org/weft/object/record"
)

// What a builtin that lists items leaves in its working directory.
const (
	listFile  = workDir + "/objects.jsonl"
	indexFile = workDir + "/items.index"
)

// runList runs a builtin function that gives the items of a file as a list. The
// items stay where they are; the list is the file, which this attempt has a link
// of under a name of its own, and an index of where its items stand.
func (n *Node) runList(ctx context.Context, a *attempt, f *folder, s *stager, res result) (result, error) {
	defer n.announce(a)()
	begun := time.Now()
	c := &collector{node: n, attempt: a, folder: f, ledger: s.ledger}
	list, err := c.list(ctx)
	res.usage.Run = time.Since(begun)
	if err != nil {
		return res, because(executor.CauseError, err)
	}
	res.outputs = map[string]object.Value{a.Function.Outputs[0].Name: {Large: list}}
	err = c.secure(ctx, res.outputs)
	res.moved = s.ledger.transfers
	return res, err
}

// list makes the list's two objects.
func (c *collector) list(ctx context.Context) (*object.Large, error) {
	source, at, format, err := c.source(ctx)
	if err != nil {
		return nil, err
	}
	large := &object.Large{IsList: true, Source: source}
	if large.Length, err = c.index(ctx, at, format); err != nil {
		return nil, fmt.Errorf("cannot list the items of %s: %w", source.Name, err)
	}
	name := c.attempt.Function.Outputs[0].Name
	large.Ref = object.Ref{Name: safeName(name) + ".index", MediaType: "application/octet-stream"}
	if err := c.put(&large.Ref, indexFile, name); err != nil {
		return nil, err
	}
	return large, c.put(&large.Source, at, name+"/source")
}

// source finds the file whose items are wanted, in the attempt's folder.
func (c *collector) source(ctx context.Context) (ref object.Ref, at string, f record.Format, err error) {
	if c.attempt.Function.Builtin == "objects" {
		ref = object.Ref{Name: path.Base(listFile), MediaType: "application/jsonl"}
		return ref, listFile, record.JSONLines, c.listObjects(ctx)
	}
	file := c.attempt.Inputs["file"].File
	if file == nil {
		return ref, "", "", fmt.Errorf("input file of %s is no file", c.attempt.Function.Builtin)
	}
	ref = object.Ref{Name: file.Name, MediaType: file.MediaType}
	at = path.Join(inDir, "file", safeName(file.Name))
	if c.attempt.Function.Builtin == "lines" {
		return ref, at, record.Lines, nil
	}
	f, err = c.format(*file)
	return ref, at, f, err
}

// format is what the input of that name says, else what the file says itself.
func (c *collector) format(file object.Ref) (record.Format, error) {
	var name *string
	if text := c.attempt.Inputs["format"].JSON; len(text) > 0 {
		if err := json.Unmarshal(text, &name); err != nil {
			return "", fmt.Errorf("cannot read input format: %w", err)
		}
	}
	if name != nil {
		return record.ParseFormat(*name)
	}
	if f, ok := record.FormatOf(file.MediaType, file.Name); ok {
		return f, nil
	}
	return "", fmt.Errorf("cannot tell the format of %q: give it as format: csv, tsv or jsonl", file.Name)
}

// index writes the index of the items of a file.
func (c *collector) index(ctx context.Context, at string, f record.Format) (items int, err error) {
	file, err := c.folder.Open(at)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	index, err := c.folder.Create(indexFile)
	if err != nil {
		return 0, err
	}
	defer index.Close()
	return record.WriteIndex(index, untilDone{ctx, file}, f)
}

// listObjects writes what is in a bucket, a line of JSON for each object.
func (c *collector) listObjects(ctx context.Context) error {
	var url string
	if err := json.Unmarshal(c.attempt.Inputs["url"].JSON, &url); err != nil {
		return fmt.Errorf("cannot read input url: %w", err)
	}
	b, err := bucket.Open(ctx, url)
	if err != nil {
		return err
	}
	defer b.Close()
	file, err := c.folder.Create(listFile)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	lines := json.NewEncoder(out)
	for entry, err := range b.List(ctx) {
		if err != nil {
			return err
		}
		if err := lines.Encode(entry); err != nil {
			return err
		}
	}
	return out.Flush()
}

// put moves a file of the folder into the store.
func (c *collector) put(ref *object.Ref, at, name string) error {
	ref.ID = object.Mint(c.attempt.Attempt.String(), name)
	info, err := c.node.store.Put(ref.ID, c.folder.Root, at)
	ref.Size = info.Size
	c.made = append(c.made, ref.ID)
	return err
}

// untilDone stops reading when its context ends. It lives for one call.
type untilDone struct {
	ctx context.Context //nolint:containedctx // an io.Reader has no other way to be told
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
