package object

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// An ID names an object. It is minted by the attempt that makes the object, so
// a repeated attempt never overwrites what an earlier one made. The form is
// "obj_" and 26 lower-case base32 characters: safe in a path, a URL and SQL.
type ID string

const (
	idPrefix  = "obj_"
	idLetters = "abcdefghijklmnopqrstuvwxyz234567"
	idLength  = len(idPrefix) + 26
)

// Mint returns the ID of the object that maker (an attempt's full name, or the
// name of an upload) makes under the given name ("ivf", "chunks/3"). The same
// arguments give the same ID.
func Mint(maker, name string) ID {
	sum := sha256.Sum256([]byte(maker + "\x00" + name))
	enc := base32.NewEncoding(idLetters).WithPadding(base32.NoPadding)
	return ID(idPrefix + enc.EncodeToString(sum[:])[:26])
}

// ParseID returns s as an ID, or an error that says what an ID looks like.
func ParseID(s string) (ID, error) {
	if len(s) != idLength || !strings.HasPrefix(s, idPrefix) ||
		strings.Trim(s[len(idPrefix):], idLetters) != "" {
		return "", fmt.Errorf("cannot read object id %q: want %s and 26 characters of a-z, 2-7", s, idPrefix)
	}
	return ID(s), nil
}

// A Digest is "sha256:" and 64 hexadecimal characters, or empty while it has
// not been computed: hashing is never on the critical path of an edge that
// stays on its node.
type Digest string

// A Ref is a reference to an object: enough to find it, to plan with it, and
// to check it.
type Ref struct {
	ID        ID     `json:"id"`
	Size      int64  `json:"size"`                 // bytes; of a directory, the sum over its files
	MediaType string `json:"media_type,omitempty"` // as in RFC 6838
	Name      string `json:"name,omitempty"`       // base name that its maker gave the file; for people, never for paths
	Digest    Digest `json:"digest,omitempty"`
}
