package node

import (
	"slices"

	"example.org/weft/executor"
)

// A ledger is what one attempt moved: one entry per input, transport and node.
type ledger struct {
	transfers []executor.Transfer
}

// enter adds bytes of some objects to their entry.
func (l *ledger) enter(t executor.Transfer) {
	same := func(o executor.Transfer) bool {
		return o.Input == t.Input && o.From == t.From && o.FromNode == t.FromNode && o.Transport == t.Transport
	}
	if i := slices.IndexFunc(l.transfers, same); i >= 0 {
		l.transfers[i].Bytes += t.Bytes
		l.transfers[i].Objects += t.Objects
		return
	}
	l.transfers = append(l.transfers, t)
}
