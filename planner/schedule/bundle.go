package schedule

import (
	"cmp"
	"slices"
)

// A bundle is tasks that share data, so that moving them together to another
// node may save what moving each alone would not.
type bundle struct {
	tasks []int32
	level int     // 0: what cannot be divided, a task or a chain
	work  float64 // seconds, times cores
}

// A bond is the bytes that two bundles share.
type bond struct {
	a, b  int32 // a < b
	bytes float64
}

// bundles joins what cannot be divided into pairs by the bytes that they share,
// these again into pairs, and so on. It returns all of them, the largest first.
func (p *problem) bundles() []bundle {
	now, of := p.atoms()
	all := slices.Clone(now)
	bonds := sum(p.bonds(), of)
	for level := 1; ; level++ {
		before := len(now)
		now, of = join(now, bonds, level)
		if len(now) == before {
			break
		}
		for i := range now {
			if now[i].level == level {
				all = append(all, now[i])
			}
		}
		bonds = sum(bonds, of)
	}
	slices.SortStableFunc(all, func(x, y bundle) int { return cmp.Compare(len(y.tasks), len(x.tasks)) })
	return all
}

// atoms returns each chain and each other task as a bundle, and the bundle of
// each task.
func (p *problem) atoms() (atoms []bundle, of []int32) {
	chains := map[int32]int32{}
	of = make([]int32, len(p.Tasks))
	for t := range p.Tasks {
		chain := p.Tasks[t].Chain
		at, known := chains[chain]
		if !known || chain == 0 {
			at = int32(len(atoms))
			chains[chain] = at
			atoms = append(atoms, bundle{})
		}
		of[t] = at
		atoms[at].tasks = append(atoms[at].tasks, int32(t))
		atoms[at].work += p.Tasks[t].Seconds * float64(p.Tasks[t].Cores)
	}
	return atoms, of
}

// bonds returns who shares a file: its maker with each reader or, of a file
// that nobody makes, each reader with the next.
func (p *problem) bonds() []bond {
	var bonds []bond
	for f := range p.Files {
		from := p.Files[f].Maker
		for _, r := range p.readers[f] {
			if from != NoMaker && p.Files[f].Bytes > 0 {
				bonds = append(bonds, bond{from, r, p.Files[f].Bytes})
			}
			if p.Files[f].Maker == NoMaker {
				from = r
			}
		}
	}
	return bonds
}

// sum gives bonds the numbers of the bundles that theirs are in now, and adds up
// those between the same two.
func sum(bonds []bond, of []int32) []bond {
	for i := range bonds {
		a, b := of[bonds[i].a], of[bonds[i].b]
		bonds[i].a, bonds[i].b = min(a, b), max(a, b)
	}
	bonds = slices.DeleteFunc(bonds, func(b bond) bool { return b.a == b.b })
	slices.SortStableFunc(bonds, func(x, y bond) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	kept := bonds[:0]
	for _, b := range bonds {
		if last := len(kept) - 1; last >= 0 && kept[last].a == b.a && kept[last].b == b.b {
			kept[last].bytes += b.bytes
		} else {
			kept = append(kept, b)
		}
	}
	return kept
}

// join pairs bundles, those first that share the most for their size, and
// leaves alone who finds no partner. It returns the bundles that there are
// then, and of each that there was the one that it is in.
func join(bundles []bundle, bonds []bond, level int) (joined []bundle, of []int32) {
	tightness := func(b bond) float64 {
		return b.bytes / float64(len(bundles[b.a].tasks)*len(bundles[b.b].tasks))
	}
	tightest := slices.Clone(bonds)
	slices.SortStableFunc(tightest, func(x, y bond) int { return cmp.Compare(tightness(y), tightness(x)) })
	of = slices.Repeat([]int32{-1}, len(bundles))
	for _, b := range tightest {
		if of[b.a] < 0 && of[b.b] < 0 {
			of[b.a], of[b.b] = int32(len(joined)), int32(len(joined))
			x, y := &bundles[b.a], &bundles[b.b]
			joined = append(joined, bundle{tasks: slices.Concat(x.tasks, y.tasks), level: level, work: x.work + y.work})
		}
	}
	for i := range bundles {
		if of[i] < 0 {
			of[i] = int32(len(joined))
			joined = append(joined, bundles[i])
		}
	}
	return joined, of
}
