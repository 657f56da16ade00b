package node

import (
	"time"

	"example.org/weft/executor"
)

// A Report is what a node that is a process of its own says of itself, every
// second.
type Report struct {
	Status

	Addr string `json:"addr"` // where others fetch its objects, host:port
	Boot string `json:"boot"` // another one each time that it is started

	// Storage says that it only holds objects: a server, for what users gave.
	Storage bool `json:"storage,omitempty"`

	Seen time.Time `json:"seen,omitzero"` // by a server; set by that
}

// A Welcome is what a node is answered.
type Welcome struct {
	Peers []Peer        `json:"peers"`           // all others
	Asked []string      `json:"asked,omitempty"` // programs that it is to look for
	Every time.Duration `json:"every"`           // it is to report again after
}

// A Peer is a node that may hold objects.
type Peer struct {
	ID   executor.NodeID `json:"id"`
	Addr string          `json:"addr"`
}
