// Package object names the values that flow between functions.
//
// It is pure: it says what an object and a value are and how they are written
// down, and never holds or moves a byte. Holding is object/store, moving
// between nodes is object/peer, buckets are object/bucket.
package object
