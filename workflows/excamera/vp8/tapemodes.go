package vp8

// A modeRecorder puts on a tape what a modeParser reads, for frames that are no
// key frames.
type modeRecorder struct {
	h   *header
	mbs *grid
	to  *tape
}

func (r *modeRecorder) record(col, row int) {
	m := r.mbs.at(col, row)
	if r.h.updateMap {
		r.to.tree(segmentTree, int(m.segment), slotSegments)
	}
	if r.h.skipping {
		r.to.bool(!m.coded, slotSkip)
	}
	r.to.bool(m.ref != intra, slotIntra)
	if m.ref == intra {
		r.recordIntra(m)
		return
	}
	r.to.bool(m.ref != last, slotLast)
	if m.ref != last {
		r.to.bool(m.ref == altRef, slotGolden)
	}
	probs := m.near.probs()
	r.to.fixed(mvModeTree, int(m.mode), probs[:])
	switch m.mode {
	case newMV:
		r.recordVector(m.mv.sub(m.near.best))
	case splitMV:
		r.recordSplit(m, col, row)
	}
}

func (r *modeRecorder) recordIntra(m *macroblock) {
	r.to.tree(yModeTree, int(m.mode), slotYModes)
	if m.mode == bPred {
		for _, mode := range m.bMode {
			r.to.fixed(bModeTree, int(mode), bModeProbs)
		}
	}
	r.to.tree(uvModeTree, int(m.uvMode), slotUVModes)
}

func (r *modeRecorder) recordSplit(m *macroblock, col, row int) {
	r.to.fixed(partitionTree, int(m.partition), partitionProbs)
	above, left := r.mbs.at(col, row-1), r.mbs.at(col-1, row)
	for _, b := range firstOf[m.partition] {
		up, side := m.besides(above, left, int(b))
		r.to.fixed(subMVTree, int(m.subMV[b]), subMVContext(up, side)[:])
		if m.subMV[b] == newSubMV {
			r.recordVector(m.mvs[b].sub(m.near.best))
		}
	}
}

func (r *modeRecorder) recordVector(v motionVector) {
	r.recordComponent(int(v.y), slotMVs)
	r.recordComponent(int(v.x), slotMVs+19)
}

func (r *modeRecorder) recordComponent(v int, first slot) {
	magnitude := max(v, -v)
	long := magnitude > 7
	r.to.bool(long, first+mvIsLong)
	if long {
		for i := range 3 {
			r.to.bool(magnitude>>i&1 == 1, first+mvLong+slot(i))
		}
		for i := mvLongBits - 1; i > 3; i-- {
			r.to.bool(magnitude>>i&1 == 1, first+mvLong+slot(i))
		}
		if magnitude > 15 {
			r.to.bool(magnitude>>3&1 == 1, first+mvLong+3)
		}
	} else {
		r.to.tree(shortMVTree, magnitude, first+mvShort)
	}
	if magnitude > 0 {
		r.to.bool(v < 0, first+mvSign)
	}
}
