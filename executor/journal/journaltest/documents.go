package journaltest

import (
	"errors"

	"example.org/weft/executor/journal"
)

var documentTests = []test{
	{"the last write wins", keepsLastDocument},
	{"documents are listed by kind", listsDocuments},
	{"what is not there is not found", findsNoDocument},
}

func keepsLastDocument(s *store) {
	for _, data := range []string{"{}", "", "\x00\xff"} {
		s.fatal(s.PutDocument(s.Context(), "plan", "k", []byte(data)))
		got, err := s.Document(s.Context(), "plan", "k")
		s.fatal(err)
		if string(got) != data {
			s.Errorf("document is %q, want %q", got, data)
		}
	}
	s.fatal(s.PutDocument(s.Context(), "plan", "nil", nil))
}

func listsDocuments(s *store) {
	s.fatal(s.PutDocument(s.Context(), "plan", "a", []byte("1")))
	s.fatal(s.PutDocument(s.Context(), "profile", "a", []byte("2")))
	s.fatal(s.PutDocument(s.Context(), "profile", "b", []byte("3")))
	got, err := s.Documents(s.Context(), "profile")
	s.fatal(err)
	s.wantEqual("documents", got, map[string][]byte{"a": []byte("2"), "b": []byte("3")})
	got, err = s.Documents(s.Context(), "none")
	s.fatal(err)
	s.wantEqual("documents", got, map[string][]byte{})
}

func findsNoDocument(s *store) {
	for _, key := range []string{"k", "", "'", "nul\x00", "\xff"} {
		if _, err := s.Document(s.Context(), "plan", key); !errors.Is(err, journal.ErrNotFound) {
			s.Errorf("Document(%q) = %v, want ErrNotFound", key, err)
		}
	}
	if err := s.PutDocument(s.Context(), "plan", "nul\x00", nil); !errors.Is(err, journal.ErrText) {
		s.Errorf("PutDocument with a zero byte in its key = %v, want ErrText", err)
	}
}
