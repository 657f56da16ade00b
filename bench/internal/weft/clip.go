package weft

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Clip returns the video that the demo takes.
func Clip(ctx context.Context, root string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(root, "scripts/clip"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("cannot find a clip: %w", err)
	}
	path := strings.TrimSpace(string(out))
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path) // the script answers for the root
	}
	return filepath.Abs(path)
}

// Spent runs a program and returns the seconds of processor time that it and its
// children took.
func Spent(ctx context.Context, program string, args ...string) (float64, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s %v: %w\n%s", filepath.Base(program), args, err, said.Bytes())
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}

// Seconds returns how long a video is.
func Seconds(ctx context.Context, video string) (float64, error) {
	out, err := exec.CommandContext(ctx, "ffprobe", "-v", "error", "-show_entries", "format=duration",
		"-of", "default=noprint_wrappers=1:nokey=1", video).Output()
	if err != nil {
		return 0, fmt.Errorf("cannot tell how long %s is: %w", video, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}
