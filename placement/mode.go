package placement

import (
	"fmt"
	"strconv"
	"strings"
)

// A Mode is a rule by which nodes are chosen. The zero Mode is data; ParseMode
// makes the others.
type Mode struct {
	kind kind
	seed uint64
}

type kind uint8

const (
	data          kind = iota // where the bytes are, if that is not much later
	store                     // wherever there is room: each value goes through a store
	roundRobin                // one node after the other
	earliestStart             // where the task can begin first, fetching included
	random                    // drawn evenly; the same seed and turn give the same node
)

// ParseMode reads a mode as String writes it; an empty text is data.
func ParseMode(text string) (Mode, error) {
	switch name, seed, seeded := strings.Cut(text, ":"); {
	case seeded && name == "random":
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			return Mode{}, fmt.Errorf("cannot read placement %q: the seed must be a whole number from 0 on, as in random:7", text)
		}
		return Mode{kind: random, seed: n}, nil
	case seeded:
	case name == "" || name == "data":
		return Mode{kind: data}, nil
	case name == "store":
		return Mode{kind: store}, nil
	case name == "round-robin":
		return Mode{kind: roundRobin}, nil
	case name == "earliest-start":
		return Mode{kind: earliestStart}, nil
	case name == "random":
		return Mode{}, fmt.Errorf("cannot read placement %q: want a seed, as in random:7", text)
	}
	return Mode{}, fmt.Errorf("cannot read placement %q: want data, store, round-robin, earliest-start or random:SEED", text)
}

// String returns the mode as --placement takes it.
func (m Mode) String() string {
	switch m.kind {
	case data:
		return "data"
	case store:
		return "store"
	case roundRobin:
		return "round-robin"
	case earliestStart:
		return "earliest-start"
	case random:
		return "random:" + strconv.FormatUint(m.seed, 10)
	}
	return "data"
}

// UsesStore reports whether every value goes through a store.
func (m Mode) UsesStore() bool { return m.kind == store }

// draw returns an even pseudo-random number below n: splitmix64 of seed and
// turn.
func (m Mode) draw(turn uint64, n int) int {
	z := m.seed + (turn+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return int(z % uint64(n))
}
