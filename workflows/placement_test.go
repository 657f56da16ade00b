package workflows_test

import (
	"path/filepath"
	"testing"
)

func TestPlacementByDataMovesLessAndMakesTheSameVideo(t *testing.T) {
	t.Parallel()
	needs(t, "ffmpeg", "ffprobe", "vpxenc")
	video := filepath.Join(t.TempDir(), "clip.mkv")
	clip(t, video)
	encode := func(placement string) (made string, moved int64) {
		var outputs struct{ Video struct{ Path string } }
		moved = run(t, &outputs, "excamera/workflow.yaml", "-i", "video="+video, "-i", "frames=5",
			"--nodes", "4", "--placement", placement)
		return read(t, outputs.Video.Path), moved
	}
	want, least := encode("data")
	for _, placement := range []string{"earliest-start", "round-robin"} {
		made, moved := encode(placement)
		if made != want {
			t.Errorf("%s makes another video than data", placement)
		}
		t.Logf("%s moves %d bytes, data %d", placement, moved, least)
		// How much earliest start moves depends on how long each task happens to
		// take; package placement compares the two where that is fixed.
		if placement == "round-robin" && moved < 2*least {
			t.Errorf("%s moves %d bytes, data %d; want at least twice as much", placement, moved, least)
		}
	}
}
