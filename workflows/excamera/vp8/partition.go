package vp8

// A partition is a part of a frame that is coded by itself (RFC 6386, section
// 9.5): the first has the header and the modes, the others the coefficients of
// the rows of macroblocks by turns.
type partition struct {
	r   boolReader
	end int // where in the frame it ends
}

func newPartition(data []byte, start, size int) partition {
	p := partition{end: start + size}
	p.r.init(data[start:p.end])
	return p
}

// tokenPartitions opens what follows the first partition.
func tokenPartitions(data []byte, start, count int) ([]partition, error) {
	at := start + 3*(count-1)
	if at > len(data) {
		return nil, corrupt(len(data), "the frame ends within the sizes of its %d partitions", count)
	}
	parts := make([]partition, 0, count)
	for i := range count - 1 {
		s := data[start+3*i:]
		size := int(s[0]) | int(s[1])<<8 | int(s[2])<<16
		if size > len(data)-at {
			return nil, corrupt(start+3*i, "partition %d has %d bytes, but only %d follow", i+1, size, len(data)-at)
		}
		parts = append(parts, newPartition(data, at, size))
		at += size
	}
	return append(parts, newPartition(data, at, len(data)-at)), nil
}
