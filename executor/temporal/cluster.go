package temporal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
)

const (
	nodeKind    = "node"    // documents with the last report of each node
	programKind = "program" // documents named as the programs that nodes are to look for
)

// reportEvery is how often a node reports.
const reportEvery = time.Second

// A cluster is the nodes as a server knows them: from their reports to it, and
// from what other servers wrote down of theirs.
type cluster struct {
	documents journal.Documents
	patience  time.Duration // silence after which a node is lost
	since     time.Time     // when this server began to listen

	mu      sync.Mutex // guards the following fields
	reports map[executor.NodeID]node.Report
	asked   map[string]bool
	claims  claims
}

func newCluster(d journal.Documents, patience time.Duration) *cluster {
	return &cluster{
		documents: d, patience: patience, since: time.Now(),
		reports: map[executor.NodeID]node.Report{}, asked: map[string]bool{}, claims: newClaims(),
	}
}

// join takes a node's report. It returns the report of a process before that had
// its name, if there was one.
func (c *cluster) join(ctx context.Context, r node.Report) (before *node.Report, err error) {
	r.Seen = time.Now().UTC()
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if err := c.documents.PutDocument(ctx, nodeKind, string(r.ID), text); err != nil {
		return nil, fmt.Errorf("cannot keep the report of node %s: %w", r.ID, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.reports[r.ID]; ok && old.Boot != r.Boot && old.Boot != "" {
		before = &old
	}
	c.reports[r.ID] = r
	return before, nil
}

// leave forgets a node, unless it is back under another boot.
func (c *cluster) leave(ctx context.Context, id executor.NodeID, boot string) error {
	c.mu.Lock()
	now, ok := c.reports[id]
	if ok && now.Boot == boot {
		delete(c.reports, id)
	}
	c.mu.Unlock()
	if !ok || now.Boot != boot {
		return nil
	}
	return c.documents.PutDocument(ctx, nodeKind, string(id), []byte("{}"))
}

// look takes what other servers wrote down, and what programs they ask for.
func (c *cluster) look(ctx context.Context) error {
	documents, err := c.documents.Documents(ctx, nodeKind)
	if err != nil {
		return err
	}
	programs, err := c.documents.Documents(ctx, programKind)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, text := range documents {
		var r node.Report
		if json.Unmarshal(text, &r) != nil || r.Boot == "" {
			delete(c.reports, executor.NodeID(name))
			continue
		}
		if r.Seen.After(c.reports[r.ID].Seen) {
			c.reports[r.ID] = r
		}
	}
	for name := range programs {
		c.asked[name] = true
	}
	return nil
}

// silent returns the nodes that have not been heard of for too long.
func (c *cluster) silent(now time.Time) []node.Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lost []node.Report
	for _, r := range c.reports {
		if !c.alive(r, now) {
			lost = append(lost, r)
		}
	}
	return sorted(lost)
}

// alive reports whether a node counts as there. A server that has just begun to
// listen gives all of them time. The caller holds mu.
func (c *cluster) alive(r node.Report, now time.Time) bool {
	seen := r.Seen
	if seen.Before(c.since) {
		seen = c.since
	}
	return now.Sub(seen) < c.patience
}

// members returns the nodes that are there, in the order of their names.
func (c *cluster) members() []node.Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var all []node.Report
	for _, r := range c.reports {
		if c.alive(r, now) {
			all = append(all, r)
		}
	}
	return sorted(all)
}

func sorted(reports []node.Report) []node.Report {
	slices.SortFunc(reports, func(a, b node.Report) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return reports
}

// ask has nodes look for programs, and reports whether all of them have said
// whether they found them.
func (c *cluster) ask(ctx context.Context, programs []string) (known bool, err error) {
	c.mu.Lock()
	var fresh []string
	for _, p := range programs {
		if !c.asked[p] {
			fresh = append(fresh, p)
			c.asked[p] = true
		}
	}
	c.mu.Unlock()
	for _, p := range fresh {
		if err := c.documents.PutDocument(ctx, programKind, p, []byte("{}")); err != nil {
			return false, err
		}
	}
	for _, r := range c.members() {
		for _, p := range programs {
			if _, said := r.Programs[p]; !said && !r.Storage {
				return false, nil
			}
		}
	}
	return true, nil
}

// welcome is what a node is answered.
func (c *cluster) welcome(id executor.NodeID) node.Welcome {
	w := node.Welcome{Every: reportEvery}
	for _, r := range c.members() {
		if r.ID != id {
			w.Peers = append(w.Peers, node.Peer{ID: r.ID, Addr: r.Addr})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.asked {
		w.Asked = append(w.Asked, p)
	}
	slices.Sort(w.Asked)
	return w
}
