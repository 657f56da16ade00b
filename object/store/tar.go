package store

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// What a tar stream may hold at most. It stops a stream that never ends, not an
// honest one.
const (
	maxTarNodes = 10_000_000
	maxTarDepth = 256
)

// openTar streams a directory as tar. Names are in lexical order and times and
// owners left out, so the same tree gives the same stream: a break can be
// resumed, and the stream has a digest.
func openTar(ctx context.Context, root *os.Root, base string, from int64) (io.ReadCloser, error) {
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pw.CloseWithError(writeTar(ctx, root, base, pw))
	}()
	stream := &tarStream{PipeReader: pr, done: done}
	if _, err := io.CopyN(io.Discard, stream, from); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open folder at byte %d: %w", from, err), stream.Close())
	}
	return stream, nil
}

// A tarStream is the reading end; Close waits for the writing end.
type tarStream struct {
	*io.PipeReader
	done chan struct{}
}

func (t *tarStream) Close() error {
	err := t.PipeReader.Close()
	<-t.done
	return err
}

func writeTar(ctx context.Context, root *os.Root, base string, w io.Writer) error {
	tw := tar.NewWriter(w)
	err := walkTree(root, base, func(n treeNode) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n.info.IsDir() {
			return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: n.path + "/", Mode: 0o755, Format: tar.FormatPAX})
		}
		return writeTarFile(tw, root, base, n)
	})
	if err != nil {
		return err
	}
	return tw.Close()
}

func writeTarFile(tw *tar.Writer, root *os.Root, base string, n treeNode) error {
	f, err := root.Open(path.Join(base, n.path))
	if err != nil {
		return err
	}
	defer f.Close()
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: n.path, Size: n.info.Size(),
		Mode: int64(readOnly(n.info.Mode())), Format: tar.FormatPAX,
	}
	if err := tw.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(tw, f, n.info.Size())
	return err
}

// extract makes the folder base of a tar stream. The stream is not trusted: a
// name that leaves the folder, and anything but files and folders, is an error,
// and a file never replaces one that is there.
func extract(root *os.Root, base string, r io.Reader) error {
	if err := root.Mkdir(base, 0o755); err != nil {
		return err
	}
	inside, err := root.OpenRoot(base)
	if err != nil {
		return err
	}
	defer inside.Close()
	tr := tar.NewReader(r)
	for count := 0; ; count++ {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r) // the padding belongs to the digest
			return err
		}
		if err != nil {
			return fmt.Errorf("cannot read tar stream: %w", err)
		}
		if count >= maxTarNodes {
			return fmt.Errorf("tar stream has more than %d files", maxTarNodes)
		}
		if err := extractNode(inside, header, tr); err != nil {
			return fmt.Errorf("cannot extract %q: %w", header.Name, err)
		}
	}
}

func extractNode(root *os.Root, header *tar.Header, r io.Reader) error {
	name := path.Clean(header.Name)
	if !filepath.IsLocal(name) {
		return errors.New("the name leads out of the folder")
	}
	if depth(name) > maxTarDepth {
		return fmt.Errorf("more than %d folders deep", maxTarDepth)
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		return extractFile(root, name, header, r)
	default:
		return fmt.Errorf("entries of type %q are refused", header.Typeflag)
	}
}

func extractFile(root *os.Root, name string, header *tar.Header, r io.Reader) (err error) {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, readOnly(os.FileMode(header.Mode&0o777)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(f, r)
	return err
}

func depth(name string) int {
	n := 1
	for _, c := range name {
		if c == '/' {
			n++
		}
	}
	return n
}
