package bucket_test

import (
	"os"
	"strings"
	"testing"

	"example.org/weft/object/bucket"
	"example.org/weft/object/bucket/s3test"
	"example.org/weft/object/objecttest"
)

// The credentials of the test server reach the client as everybody's do.
func TestMain(m *testing.M) {
	for _, v := range s3test.Env() {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func open(t *testing.T, address string) objecttest.Store {
	t.Helper()
	b, err := bucket.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestAFolderHoldsObjects(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Store {
		t.Helper()
		return open(t, "file://"+t.TempDir())
	})
}

func TestS3HoldsObjects(t *testing.T) {
	t.Parallel()
	server := s3test.New(t)
	objecttest.Run(t, func(t *testing.T) objecttest.Store {
		t.Helper()
		return open(t, server.URL(strings.Map(letters, t.Name())+"/"))
	})
}

func letters(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

func TestAnAddressOfNoKnownKindIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "ftp://host/x", "s3:", "%"} {
		if _, err := bucket.Open(t.Context(), address); err == nil {
			t.Errorf("opened %q", address)
		}
	}
}
